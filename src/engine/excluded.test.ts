import { expect, it } from 'vitest';
import { makeCheck } from '../testing/make-check.ts';
import { excludedOf } from './excluded.ts';

it('lists what was selected and does not run, with what leaves it out', () => {
  const selected = ['api/ready', 'cache/ping', 'web/home'].map((id) => makeCheck({ id }));
  expect(
    excludedOf(selected, selected.slice(2), { areasOff: new Set(['cache']), skippedBy: '--skip' }),
  ).toEqual([
    { id: 'api/ready', reason: '--skip' },
    { id: 'cache/ping', reason: 'contract' },
  ]);
  expect(excludedOf(selected, selected, { areasOff: new Set(), skippedBy: 'verify.skip' })).toEqual([]);
});
