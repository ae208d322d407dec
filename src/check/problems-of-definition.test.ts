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
      { options: [] },
      '"options" is no map of options; write: options: { name: option(schema, default, description) }',
    ],
    [{ options: { path: '/' } }, 'the option "path" is not made by option(schema, default, description)'],
    [
      { options: { path: { schema: v.string(), description: 'x' } } },
      'the option "path" is not made by option(schema, default, description)',
    ],
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

  it('names every part that is wrong at once', () => {
    expect(problemsOf({ ...valid, title: '', after: 'a/b', level: 'Required' })).toHaveLength(3);
  });
});
