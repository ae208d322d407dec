import { expect, test } from 'vitest';
import { Ending } from './ending.ts';

test('tells every listener once, and none that took itself back', () => {
  const ending = new Ending();
  const told: string[] = [];
  ending.onAbort(() => told.push('one'));
  ending.onAbort(() => told.push('two'))();
  ending.abort(new Error('first'));
  ending.abort(new Error('second'));
  expect([told, ending.isOver]).toEqual([['one'], true]);
  expect(ending.signal.reason).toMatchObject({ message: 'first' });
});

test('tells a late listener at once', () => {
  const ending = new Ending();
  ending.abort(new Error('over'));
  const told: string[] = [];
  ending.onAbort(() => told.push('late'));
  expect(told).toEqual(['late']);
});

test.each(['before', 'after'])('has a signal with the reason where it is asked for %s the end', (when) => {
  const ending = new Ending();
  const before = when === 'before' ? ending.signal : undefined;
  const reason = new Error('over');
  ending.abort(reason);
  expect((before ?? ending.signal).reason).toBe(reason);
});
