import { expect, test } from 'vitest';
import { Ending } from './ending.ts';

test('calls every listener once, and none that was removed', () => {
  const ending = new Ending();
  const called: string[] = [];
  ending.onAbort(() => called.push('one'));
  ending.onAbort(() => called.push('two'))();
  ending.abort(new Error('first'));
  ending.abort(new Error('second'));
  expect([called, ending.isOver]).toEqual([['one'], true]);
  expect(ending.signal.reason).toMatchObject({ message: 'first' });
});

test('calls a late listener at once', () => {
  const ending = new Ending();
  ending.abort(new Error('over'));
  const called: string[] = [];
  ending.onAbort(() => called.push('late'));
  expect(called).toEqual(['late']);
});

test.each(['before', 'after'])('has a signal with the reason where it is asked for %s the end', (when) => {
  const ending = new Ending();
  const before = when === 'before' ? ending.signal : undefined;
  const reason = new Error('over');
  ending.abort(reason);
  expect((before ?? ending.signal).reason).toBe(reason);
});

test('removes a listener once, and no other in its place', () => {
  const ending = new Ending();
  const called: string[] = [];
  const removeFirst = ending.onAbort(() => called.push('first'));
  ending.onAbort(() => called.push('second'));
  removeFirst();
  removeFirst();
  ending.abort(new Error('over'));
  expect(called).toEqual(['second']);
});

test('calls every listener where one removes itself', () => {
  const ending = new Ending();
  const called: string[] = [];
  const remove = ending.onAbort(() => {
    called.push('first');
    remove();
  });
  ending.onAbort(() => called.push('second'));
  ending.abort(new Error('over'));
  expect(called).toEqual(['first', 'second']);
});
