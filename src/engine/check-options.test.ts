import { describe, expect, it } from 'vitest';
import { integer, v } from '../base/schema.ts';
import type { Check } from '../check/define-check.ts';
import { option } from '../check/option.ts';
import { makeCheck } from '../testing/make-check.ts';
import { validateOptions } from './check-options.ts';
import { optionsGivenFor } from './given-options.ts';

const checks = [
  makeCheck({
    id: 'api/health',
    options: { path: option(v.string(), '/health', 'Path'), status: option(integer(), 200, 'Status') },
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
  it('counts the problems, and takes the configuration for their origin', () => {
    expect(() => validateOptions(checks, { 'api/health': { pth: '/', status: 'ok' } })).toThrow(
      expect.objectContaining({
        message: 'the options of the checks have 2 problems',
        details: [
          'configuration: options.api/health.pth: api/health has no such option; nearest: path',
          'configuration: options.api/health.status is not a number',
        ],
      }),
    );
  });

  it('accepts an empty map for a check without options', () => {
    expect(problems({ 'cache/ping': {} })).toEqual([]);
  });

  it('takes options of an area for its own checks alone', () => {
    const other = { web: { path: '/home', status: 201 }, 'api/health/deep': { status: 202 } };
    const all = [
      ...checks,
      makeCheck({
        id: 'web/home',
        options: { path: option(v.string(), '/', 'Path'), status: option(integer(), 200, 'Status') },
      }),
      makeCheck({ id: 'api/health/deep', options: { status: option(integer(), 200, 'Status') } }),
    ];
    expect(validateOptions(all, other).get('api/health')).toEqual({ path: '/health', status: 200 });
  });

  it('gives every check its defaults', () => {
    expect(validateOptions(checks, {}).get('api/health')).toEqual({ path: '/health', status: 200 });
    expect(validateOptions(checks, { 'api/health': { path: '/up' } }).get('api/health')).toEqual({
      path: '/up',
      status: 200,
    });
  });

  it('reports every problem at once, each with its origin', () => {
    expect(
      problems({
        'api/health': { pth: '/up', status: 'ok' },
        'api/helth': {},
        'cache/ping': { fast: true },
      }),
    ).toMatchInlineSnapshot(`
      [
        78,
        "x.json:22: options.api/health.pth: api/health has no such option; nearest: path",
        "x.json:17: options for "api/helth", which does not exist; nearest: api/health",
        "x.json:18: options for cache/ping, which has none",
        "x.json:25: options.api/health.status is not a number",
      ]
    `);
  });

  describe('options of an area or a glob', () => {
    const given = { 'api/*': { path: '/up' }, 'api/health': { status: 204 }, api: { path: '/alive' } };

    it('are those of every check that it matches; later keys win, and the id of the check over all', () => {
      expect(validateOptions(checks, given).get('api/health')).toEqual({ path: '/alive', status: 204 });
      const own = { 'api/health': { path: '/own' }, 'api/*': { path: '/up' } };
      expect(validateOptions(checks, own).get('api/health')).toEqual({ path: '/own', status: 200 });
    });

    it('are left out where a check does not have them', () => {
      const [health, ping] = checks as [Check, Check];
      const given = { '*/*': { path: '/up', later: true } };
      expect([...optionsGivenFor(health, given).keys()]).toEqual(['path']);
      expect([...optionsGivenFor(ping, given).keys()]).toEqual([]);
      expect(problems({ '*/*': { path: '/up' } })).toEqual([]);
    });

    it('are a problem where no check has them, or none is matched', () => {
      expect(problems({ '*/*': { pth: '/up' }, 'web/*': { path: '/' } })).toMatchInlineSnapshot(`
        [
          78,
          "x.json:15: options.*/*.pth: */* has no such option; nearest: path",
          "x.json:13: options for "web/*", which matches no check",
        ]
      `);
    });

    it('that do not fit are reported once, where they are given', () => {
      const two = [
        ...checks,
        makeCheck({ id: 'api/ready', options: { path: option(v.string(), '/', 'Path') } }),
      ];
      const [first] = checks;
      expect(() =>
        validateOptions([first as (typeof checks)[0], ...two.slice(1)], { api: { path: 7 } }),
      ).toThrow('the options of the checks have a problem');
    });
  });
});
