import { describe, expect, test } from 'vitest';
import { announcedLimit, retryAfterSeconds } from './rate-limit-headers.ts';

describe('announcedLimit', () => {
  test.each([
    [{}, {}],
    [
      { 'ratelimit-limit': '100', 'ratelimit-remaining': '7', 'ratelimit-reset': '30' },
      { limit: 100, remaining: 7, resetSeconds: 30 },
    ],
    [{ 'x-ratelimit-limit': '5', 'x-ratelimit-reset': '1767225600' }, { limit: 5 }],
    [{ 'ratelimit-limit': '100, 100;w=60' }, { limit: 100 }],
    [
      { 'ratelimit-policy': '100;w=60', ratelimit: 'limit=100, remaining=50, reset=30' },
      { limit: 100, remaining: 50, resetSeconds: 30 },
    ],
    [
      { 'ratelimit-policy': '"burst";q=10;w=1, "day; q=3";q=1000;w=86400', ratelimit: '"burst";r=9;t=1' },
      { limit: 10, remaining: 9, resetSeconds: 1 },
    ],
    [
      { 'ratelimit-policy': '"3-in-1min"; q=3; w=60; pk=:YWJj:', ratelimit: '"3-in-1min"; r=2; t=60' },
      { limit: 3, remaining: 2, resetSeconds: 60 },
    ],
    [{ ratelimit: 'nonsense' }, {}],
    [{ 'x-ratelimit-limit': 'about 5', 'x-ratelimit-reset': '1000000000' }, {}],
    [{ 'x-ratelimit-reset': '999999999' }, { resetSeconds: 999_999_999 }],
  ])('%j', (headers, limit) => {
    expect(announcedLimit(headers as Record<string, string>)).toEqual(limit);
  });
});

describe('retryAfterSeconds', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  test.each([
    ['0', 0],
    ['60', 60],
    ['86400', 86_400],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30],
    ['Thursday, 01-Jan-26 00:00:30 GMT', 30],
    ['Thu Jan  1 00:00:30 2026', 30],
    ['Wed, 31 Dec 2025 23:59:50 GMT', 0],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['2764800', 2_764_800],
    [' 5 ', 5],
  ])('%s', (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toEqual({ seconds });
  });

  test.each([
    '-1',
    '1.5',
    '1s',
    'soon 5',
    '',
    '5, 5',
    '0x10',
    '1e3',
    '2026-01-01T00:00:30Z',
    'Thu, 1 Jan 2026 00:00:30 GMT',
    'Thu, 01 Jan 2026 00:00:30 +0000',
    '1767225660',
    '1767225660000',
    'Mon, 01 Jan 2024 00:00:30 GMT',
    'Wed, 31 Dec 2025 23:58:59 GMT',
    '2764801',
    'Thu, 99 Jan 2026 00:00:30 GMT',
    'Thu, 01 Jan 2026 00:00:30 GMT ago',
  ])('%s is refused', (header) => {
    expect(retryAfterSeconds(header, now).problem).toBeTypeOf('string');
  });

  test.each([
    [60_000, 60, true],
    [100, 1, true],
    [99, 0.5, false],
    [6000, 60, true],
    [5999, 60, false],
    [60, 60, false],
    [500, 0, false],
    [500, undefined, false],
  ])('%i with a reset in %s s is in milliseconds: %s', (header, resetSeconds, isMilliseconds) => {
    const read = retryAfterSeconds(`${header}`, now, resetSeconds === undefined ? {} : { resetSeconds });
    expect(read).toEqual(
      isMilliseconds
        ? { problem: `the limit is reset in ${resetSeconds} s; is it in milliseconds?` }
        : { seconds: header },
    );
  });
});
