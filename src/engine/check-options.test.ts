import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeCheck } from '../testing/make-check.ts';
import { validateOptions } from './check-options.ts';

const checks = [
  makeCheck({
    id: 'api/health',
    options: z.object({ path: z.string().default('/health'), status: z.number().int().default(200) }),
  }),
  makeCheck({ id: 'cache/ping' }),
];
const problems = (given: Parameters<typeof validateOptions>[1]) => {
  try {
    validateOptions(checks, given, (at) => `x.json:${at.length}`);
    return [];
  } catch (fault) {
    return [(fault as { exitCode: number }).exitCode, ...(fault as { details: string[] }).details];
  }
};

describe('validateOptions', () => {
  it('gives every check its defaults', () => {
    expect(validateOptions(checks, {}).get('api/health')).toEqual({ path: '/health', status: 200 });
    expect(validateOptions(checks, { 'api/health': { path: '/up' } }).get('api/health')).toEqual({
      path: '/up',
      status: 200,
    });
  });

  it('tells every problem at once, each with its origin', () => {
    expect(
      problems({
        'api/health': { pth: '/up', status: 'ok' },
        'api/helth': {},
        'cache/ping': { fast: true },
      }),
    ).toMatchInlineSnapshot(`
      [
        78,
        "x.json:17: options for "api/helth", which does not exist; nearest: api/health",
        "x.json:22: options.api/health.pth: api/health has no such option; nearest: path",
        "x.json:25: options.api/health.status: Invalid input: expected number, received string",
        "x.json:18: options for cache/ping, which has none",
      ]
    `);
  });
});
