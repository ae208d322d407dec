import { expect, test } from 'vitest';
import { headlineOf } from './headline.ts';

const check = {
  failureTitle: 'A request without a token is let in',
  codes: {
    accepted: { means: 'it is accepted', hint: 'verify it' },
    unreachable: { means: 'nothing answers', hint: 'start it', headline: 'The API does not answer' },
  },
};

test.each([
  ['a code without a headline', 'accepted', 'A request without a token is let in'],
  ['a code with a headline', 'unreachable', 'The API does not answer'],
  ['the timeout of the engine', 'timeout', 'The check timed out'],
  ['a vacuous pass', 'examined-nothing', 'The check found nothing to examine'],
  ['an unknown code', 'constructor', 'A request without a token is let in'],
])('%s', (_, code, headline) => {
  expect(headlineOf(check, { status: 'fail', code })).toBe(headline);
});

test('a result that is no failure has the headline of the check, whatever its code', () => {
  expect(headlineOf(check, { status: 'error', code: 'unreachable' })).toBe(check.failureTitle);
});

test('a code of the check overrides the one of the engine', () => {
  const own = { ...check, codes: { timeout: { means: 'x', hint: 'y', headline: 'The API is slow' } } };
  expect(headlineOf(own, { status: 'fail', code: 'timeout' })).toBe('The API is slow');
});
