import { describe, expect, it } from 'vitest';
import { v } from '../base/schema.ts';
import { option } from './option.ts';
import { problemsOf } from './problems-of-definition.ts';

const valid = {
  title: 'It is open',
  failureTitle: 'It is closed',
  why: 'Customers come in.',
  needs: ['http'],
  codes: { closed: { means: 'it is closed', hint: 'open it' } },
  run: async () => ({}),
};

describe('problemsOf', () => {
  it.each([
    ['what is required', {}],
    [
      'every part',
      {
        after: ['a/b'],
        blockedBy: { 'a/c': ['wrong'] },
        uses: ['api'],
        effects: () => 'temporary',
        level: 'advisory',
        tags: ['slow'],
        timeoutMs: 0.5,
        options: { path: option(v.string(), '/', 'The path') },
        sabotage: [{ name: 'it is stopped', code: 'closed', kind: 'stop', service: 'api' }],
        unprovable: 'a reason',
      },
    ],
    [
      'every probe',
      {
        needs: [
          'http',
          'tcp',
          'dns',
          'tls',
          'postgres',
          'redis',
          'logs',
          'spans',
          'browser',
          'command',
          'file',
          'process',
          'migrations',
          'control',
          'service',
          'ids',
        ],
      },
    ],
    ['the longest timeout', { timeoutMs: 2 ** 31 - 1 }],
    ['a headline of a code', { codes: { closed: { means: 'a', hint: 'b', headline: 'c' } } }],
    ['keys of a later version', { documentation: 'https://example.com', id: 'a/b' }],
  ])('has none for a definition with %s', (_, more) => {
    expect(problemsOf({ ...valid, ...more })).toEqual([]);
  });

  it.each([undefined, null, 1, 'text', [], {}, { checks: {} }])('refuses %j', (given) => {
    expect(problemsOf(given)).toEqual([
      'is no definition of a check; in a file: export default defineCheck({ … })',
    ]);
  });

  it.each([
    [{ title: undefined }, '"title" is not a text'],
    [{ blockedBy: ['a/b'] }, '"blockedBy" is not a map from ids of checks to lists of their codes'],
    [
      { blockedBy: { 'a/b': ['x'], 'a/c': 'y' } },
      '"blockedBy" is not a map from ids of checks to lists of their codes',
    ],
    [
      { blockedBy: { 'a/b': ['x', 1] } },
      '"blockedBy" is not a map from ids of checks to lists of their codes',
    ],
    [{ blockedBy: { 'a/b': [] } }, '"blockedBy" is not a map from ids of checks to lists of their codes'],
    [{ title: '' }, '"title" is not a text'],
    [{ failureTitle: 1 }, '"failureTitle" is not a text'],
    [{ why: [] }, '"why" is not a text'],
    [{ unprovable: true }, '"unprovable" is not a text'],
    [{ run: 'fast' }, '"run" is not a function'],
    [{ needs: undefined }, '"needs" is not a list of texts'],
    [{ needs: 'http' }, '"needs" is not a list of texts'],
    [{ needs: ['htp'] }, '"needs" names the probe "htp", which does not exist'],
    [{ needs: ['toString'] }, '"needs" names the probe "toString", which does not exist'],
    [{ after: 'a/b' }, '"after" is not a list of texts'],
    [{ after: ['a/b', 1] }, '"after" is not a list of texts'],
    [{ judges: 1 }, '"judges" is not a text'],
    [{ after: [1] }, '"after" is not a list of texts'],
    [{ uses: { api: true } }, '"uses" is not a list of texts'],
    [{ tags: 'slow' }, '"tags" is not a list of texts'],
    [{ level: 'Required' }, '"level" is none of required, advisory'],
    [{ effects: 'some' }, '"effects" is none of none, rolled-back, temporary, disruptive'],
    [{ effects: ['none'] }, '"effects" is none of none, rolled-back, temporary, disruptive'],
    [
      { effects: () => 'some' },
      '"effects" with the default options is none of none, rolled-back, temporary, disruptive',
    ],
    [
      {
        effects: () => {
          throw new Error('boom');
        },
      },
      '"effects" throws with the default options: Error: boom',
    ],
    [{ timeoutMs: '500' }, '"timeoutMs" is not a number of milliseconds above 0 and up to 2147483647'],
    [{ timeoutMs: 0 }, '"timeoutMs" is not a number of milliseconds above 0 and up to 2147483647'],
    [{ timeoutMs: Infinity }, '"timeoutMs" is not a number of milliseconds above 0 and up to 2147483647'],
    [{ codes: ['closed'] }, '"codes" is no map of failure codes; write: codes: { name: { means, hint } }'],
    [{ codes: {} }, '"codes" has no failure code; a check that cannot fail proves nothing'],
    [
      { codes: { closed: 'it is closed' } },
      'the failure code "closed" is not { means, hint, headline? } of texts',
    ],
    [
      { codes: { ...valid.codes, open: { means: 'it is open' } } },
      'the failure code "open" is not { means, hint, headline? } of texts',
    ],
    [
      { codes: { closed: { means: 'it is closed' } } },
      'the failure code "closed" is not { means, hint, headline? } of texts',
    ],
    [
      { codes: { closed: { hint: 'open it' } } },
      'the failure code "closed" is not { means, hint, headline? } of texts',
    ],
    [
      { codes: { closed: { means: 'it is closed', hint: 'open it', headline: 1 } } },
      'the failure code "closed" is not { means, hint, headline? } of texts',
    ],
    [
      { options: [] },
      '"options" is no map of options; write: options: { name: option(schema, default, description) }',
    ],
    [{ options: { path: '/' } }, 'the option "path" is not made by option(schema, default, description)'],
    [
      { options: { path: { schema: v.string(), description: 'x' } } },
      'the option "path" is not made by option(schema, default, description)',
    ],
    [
      { options: { path: { schema: v.string(), description: 1, default: '/' } } },
      'the option "path" is not made by option(schema, default, description)',
    ],
    [
      { options: { path: { schema: {}, description: 'x', default: '/' } } },
      'the option "path" is not made by option(schema, default, description)',
    ],
    [
      { options: { path: { description: 'x', default: '/' } } },
      'the option "path" is not made by option(schema, default, description)',
    ],
    [
      { options: { path: { schema: { '~standard': { validate: 1 } }, description: 'x', default: '/' } } },
      'the option "path" is not made by option(schema, default, description)',
    ],
    [
      { options: { path: '/' }, effects: ({ path }: { path: string }) => path.repeat(0) },
      'the option "path" is not made by option(schema, default, description)',
    ],
    [{ sabotage: [{ name: 'x', kind: 'stop', code: 'closed' }, 1] }, '"sabotage" is not a list of maps'],
    [{ sabotage: [{ kind: 'stop' }] }, 'the sabotage 1 has no name, no code'],
    [{ sabotage: {} }, '"sabotage" is not a list of maps'],
    [{ sabotage: [{ name: 'x', kind: 'stop' }] }, 'the sabotage "x" has no code'],
    [
      { sabotage: [{ name: 'x', kind: 'stop', code: 'opn' }] },
      'the sabotage "x" expects the failure code "opn", which is not in "codes"',
    ],
    [{ levle: 'advisory' }, 'has no part "levle"; did you mean "level"?'],
    [{ option: {} }, 'has no part "option"; did you mean "options"?'],
  ])('names the part in %j', (wrong, problem) => {
    expect(problemsOf({ ...valid, ...wrong })).toEqual([problem]);
  });

  it('requires all parts, and suggests none that is there', () => {
    const { title: _, ...others } = valid;
    expect(problemsOf(others)).toEqual(['"title" is not a text']);
    expect(problemsOf({ title: 'It is open' })).toHaveLength(5);
    expect(problemsOf({ ...valid, level: 'advisory', levle: 'advisory' })).toEqual([]);
  });

  it('judges codes again after they were found invalid', () => {
    const codes = { closed: {} };
    for (let round = 0; round < 2; round++)
      expect(problemsOf({ ...valid, codes })).toEqual([
        'the failure code "closed" is not { means, hint, headline? } of texts',
      ]);
  });

  it('names every part that is wrong at once', () => {
    expect(problemsOf({ ...valid, title: '', after: 'a/b', level: 'Required' })).toHaveLength(3);
  });
});
