import { describe, expect, it } from 'vitest';
import type { CheckResult, RunResult } from '../check/result.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { diffResults } from './diff.ts';
import { acceptKnown } from './known-failures.ts';

const base = sampleResults['all-well'] as RunResult;
const [pattern] = base.checks as [CheckResult];
const check = (id: string, given: Partial<CheckResult> = {}): CheckResult => ({ ...pattern, id, ...given });
const failing = (id: string, code = 'wrong', given: Partial<CheckResult> = {}) =>
  check(id, { status: 'fail', code, actual: 'found', ...given });
const run = (checks: CheckResult[], given: Partial<RunResult> = {}): RunResult => ({
  ...base,
  checks,
  ...given,
});
const diff = (before: CheckResult[], after: CheckResult[]) => diffResults(run(before), run(after));
const exchange = (headers: Record<string, string>, body: unknown, status = 200): CheckResult['evidence'] => [
  {
    kind: 'http',
    label: 'answer',
    exchange: {
      request: { method: 'GET', url: 'http://localhost/', headers: {} },
      response: {
        ...{ status, headers, rawHeaders: [], bodyBytes: 1, address: '', durationMs: 1 },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      },
    },
  },
];

describe('diffResults', () => {
  it.each<[string, CheckResult | undefined, CheckResult, boolean]>([
    ['that passed', check('a/b'), failing('a/b'), true],
    ['that was skipped', check('a/b', { status: 'skip' }), failing('a/b'), true],
    ['that did not exist', undefined, failing('a/b'), true],
    ['that failed with another code', failing('a/b', 'timeout'), failing('a/b'), true],
    ['that was blocked', check('a/b', { status: 'blocked', blockedBy: ['a/c'] }), failing('a/b'), true],
    ['that failed', failing('a/b'), failing('a/b'), false],
    ['that was waived', failing('a/b', 'wrong', { status: 'waived' }), failing('a/b'), false],
  ])('takes the failure of a check %s for a new one or a known one', (_what, before, after, isNew) => {
    const found = diff(before ? [before] : [], [after]);
    expect(found.newFailures.map(({ id }) => id)).toEqual(isNew ? ['a/b'] : []);
    expect(found.known.map(({ id }) => id)).toEqual(isNew ? [] : ['a/b']);
    const known = acceptKnown(run(before ? [before] : []), 'main.json').find(after)?.known;
    expect(known?.in).toBe(isNew ? undefined : 'main.json');
  });

  it('lists what is fixed, not judged any more, flaky, slower, added and removed', () => {
    const usual = { attempts: [{ number: 1, startMs: 0, durationMs: 1, status: 'pass' as const }] };
    const found = diff(
      [
        failing('a/fixed'),
        check('a/off'),
        check('a/flaky'),
        check('a/slow', { ...usual, durationMs: 200 }),
        check('a/old'),
      ],
      [
        check('a/fixed'),
        check('a/off', { status: 'skip', reason: 'no browser' }),
        check('a/flaky', { flaky: true }),
        check('a/slow', { ...usual, durationMs: 400 }),
        check('a/new'),
      ],
    );
    expect(found).toMatchObject({
      newFailures: [],
      fixed: [{ id: 'a/fixed', was: 'fail wrong' }],
      notJudged: [{ id: 'a/off', was: 'pass', reason: 'no browser' }],
      flaky: ['a/flaky'],
      slower: [{ id: 'a/slow', beforeMs: 200, afterMs: 400 }],
      added: ['a/new'],
      removed: ['a/old'],
    });
  });

  it('names a check that is left out now, and does not take a waived failure for fixed or new', () => {
    const excluded = [{ id: 'a/out', reason: 'verify.skip' }];
    const before = run([failing('a/waived'), check('a/out')]);
    const found = diffResults(
      before,
      run([failing('a/waived', 'wrong', { status: 'waived' })], { excluded }),
    );
    expect(found).toMatchObject({
      newFailures: [],
      fixed: [],
      removed: [],
      notJudged: [{ id: 'a/out', was: 'pass', reason: 'verify.skip' }],
    });
  });

  it('compares status, headers, shapes and versions of the evidence, and nothing that differs at each request', () => {
    const before = exchange(
      { server: 'a/1', date: 'x', 'x-request-id': '1', etag: 'a' },
      { id: 1, name: 'x' },
    );
    const after = exchange(
      { server: 'a/2', date: 'y', 'x-request-id': '2', vary: 'Origin' },
      { id: '1', tags: [1] },
    );
    const version = (value: string) => [{ kind: 'fact' as const, label: 'version', value }];
    const found = diff(
      [check('a/b', { evidence: [...before, ...version('15.1')] })],
      [check('a/b', { evidence: [...after, ...version('16.0')] })],
    );
    expect(found.evidence).toEqual([
      {
        id: 'a/b',
        changes: [
          'answer: header server was a/1, is a/2',
          'answer: body.id was number, is string',
          'answer: body.name is gone, it was string',
          'answer: header vary is new: Origin',
          'answer: body.tags[] is new: number',
          'version: value was 15.1, is 16.0',
        ],
      },
    ]);
    expect(diff([check('a/b', { evidence: before })], [check('a/b', { evidence: before })]).evidence).toEqual(
      [],
    );
  });

  it('names what differs between the stacks', () => {
    const { stack } = base;
    const services = { ...stack.services, api: { ...stack.services.api, url: 'https://staging.example' } };
    const other = { ...stack, runtime: 'external', services } as RunResult['stack'];
    expect(diffResults(base, { ...base, stack: other }).stacks).toEqual([
      'the runtime was embedded, is external',
      'api was at localhost, is at staging.example',
    ]);
    expect(diffResults(base, base).stacks).toEqual([]);
  });
});

describe('a failure that is known', () => {
  const blocked = check('a/b', { status: 'blocked', blockedBy: ['a/c'] });
  const waivedBlocked = check('a/b', { status: 'waived', blockedBy: ['a/c'] });
  it.each<[string, CheckResult, CheckResult, boolean]>([
    ['blocked before and now', blocked, blocked, true],
    ['blocked by a waived failure before', waivedBlocked, blocked, true],
    ['blocked now and failed before', failing('a/b'), blocked, false],
    ['blocked before and fails now', waivedBlocked, failing('a/b'), false],
    [
      'broken before and now',
      failing('a/b', 'threw', { status: 'error' }),
      failing('a/b', 'threw', { status: 'error' }),
      true,
    ],
    ['broken now, passed before', check('a/b'), failing('a/b', 'threw', { status: 'error' }), false],
    ['without a code, passed before', check('a/b'), check('a/b', { status: 'fail' }), false],
  ])('%s', (_what, before, after, isOld) => {
    const { known, newFailures } = diff([before], [after]);
    expect([known.length, newFailures.length]).toEqual(isOld ? [1, 0] : [0, 1]);
  });

  it('is shown as it is now and was, with what it found', () => {
    const before = [check('a/one'), check('a/two', { status: 'waived', code: 'wrong' }), waivedBlocked];
    const after = [
      failing('a/one'),
      failing('a/two', 'slow'),
      blocked,
      failing('a/new', 'wrong', { level: 'advisory' }),
    ];
    const { newFailures, known } = diff(before, after);
    expect(newFailures).toEqual([
      { id: 'a/one', level: 'required', is: 'fail wrong', was: 'pass', actual: 'found' },
      { id: 'a/two', level: 'required', is: 'fail slow', was: 'waived wrong', actual: 'found' },
      { id: 'a/new', level: 'advisory', is: 'fail wrong', was: 'absent', actual: 'found' },
    ]);
    expect(known).toStrictEqual([
      { id: 'a/b', level: 'required', is: 'blocked by a/c', was: 'waived, blocked by a/c' },
    ]);
  });

  it('leaves nothing unneeded where it is accepted', () => {
    expect(acceptKnown(run([]), 'main.json').findUnneeded()).toEqual([]);
  });
});

describe('what is fixed, slower or not judged any more', () => {
  it('is fixed if it failed, also where that was waived, and passes now', () => {
    const failures = [
      failing('a/fail'),
      failing('a/waived', 'wrong', { status: 'waived' }),
      failing('a/error', 'threw', { status: 'error' }),
      check('a/blocked', { status: 'blocked', blockedBy: ['a/c'] }),
    ];
    const passes = failures.map(({ id }) => check(id));
    expect(diff(failures, passes).fixed.map(({ id, was }) => `${id}: ${was}`)).toEqual([
      'a/fail: fail wrong',
      'a/waived: waived wrong',
      'a/error: error threw',
      'a/blocked: blocked by a/c',
    ]);
    expect(diff([check('a/skip', { status: 'skip' })], [check('a/skip')]).fixed).toEqual([]);
    expect(
      diff(
        failures,
        failures.map(({ id }) => check(id, { status: 'skip' })),
      ).fixed,
    ).toEqual([]);
  });

  it('is slower only beside a pass at the first attempt, before and now', () => {
    const took = (durationMs: number, given: Partial<CheckResult> = {}) =>
      check('a/b', {
        durationMs,
        attempts: [{ number: 1, startMs: 0, durationMs, status: 'pass' }],
        ...given,
      });
    const twice = { attempts: [...took(1).attempts, ...took(1).attempts] };
    const isSlower = (before: CheckResult, after: CheckResult) => diff([before], [after]).slower.length > 0;
    expect(isSlower(took(100), took(400))).toBe(true);
    expect(isSlower(took(100, twice), took(400))).toBe(false);
    expect(isSlower(took(100), took(400, twice))).toBe(false);
    expect(isSlower(took(100), took(400, { status: 'fail', code: 'wrong' }))).toBe(false);
    expect(isSlower(took(100, { status: 'skip' }), took(400))).toBe(false);
  });

  it('is not judged any more if it had a verdict and is skipped now', () => {
    const skipped = (id: string) => check(id, { status: 'skip' });
    const before = [
      check('a/pass'),
      failing('a/fail'),
      failing('a/waived', 'wrong', { status: 'waived' }),
      failing('a/error', 'threw', { status: 'error' }),
      skipped('a/skip'),
    ];
    expect(
      diff(
        before,
        before.map(({ id }) => skipped(id)),
      ).notJudged,
    ).toEqual([
      { id: 'a/pass', was: 'pass', reason: 'skipped' },
      { id: 'a/fail', was: 'fail wrong', reason: 'skipped' },
      { id: 'a/waived', was: 'waived wrong', reason: 'skipped' },
    ]);
  });
});

describe('the evidence of two results', () => {
  type Item = CheckResult['evidence'][number];
  const changes = (before: Item[], after: Item[]) =>
    diff([check('a/b', { evidence: before })], [check('a/b', { evidence: after })]).evidence.flatMap(
      (each) => each.changes,
    );
  const fact = (label: string, value: string): Item => ({ kind: 'fact', label, value });
  const rows = (...all: unknown[]): Item =>
    ({ kind: 'query', label: 'rows', statement: 's', rows: all, rowCount: all.length }) as Item;
  const lines = (text: string): Item => ({
    kind: 'lines',
    label: 'log',
    source: 's',
    lines: [{ number: 1, text }],
    total: 1,
  });
  const nested = (depth: number, leaf: unknown): unknown =>
    depth === 0 ? leaf : { a: nested(depth - 1, leaf) };
  const unanswered: Item = {
    kind: 'http',
    label: 'answer',
    exchange: {
      request: { method: 'GET', url: 'http://h/', headers: {} },
      error: { code: 'X', message: 'x' },
    },
  };

  it.each<[string, Item[], Item[], string[]]>([
    ['a status', exchange({}, {}, 200), exchange({}, {}, 503), ['answer: status was 200, is 503']],
    [
      'a header that is gone',
      exchange({ vary: 'Origin' }, {}),
      exchange({}, {}),
      ['answer: header vary is gone, it was Origin'],
    ],
    [
      'a header whose value differs at each request',
      exchange({ 'x-run': '1' }, {}),
      exchange({ 'x-run': '2' }, {}),
      [],
    ],
    [
      'such a header that is new',
      exchange({}, {}),
      exchange({ 'x-run': '2' }, {}),
      ['answer: header x-run is new'],
    ],
    [
      'a body that is no JSON any more',
      exchange({}, { id: 1 }),
      exchange({}, '<html>'),
      ['answer: body.id is gone, it was number'],
    ],
    ['a text', exchange({}, 'one'), exchange({}, 'two'), []],
    ['null', exchange({}, { a: null }), exchange({}, { a: 'x' }), ['answer: body.a was null, is string']],
    [
      'an empty list',
      exchange({}, { a: [] }),
      exchange({}, { a: [{ b: 1 }] }),
      ['answer: body.a[].b is new: number'],
    ],
    [
      'columns',
      [rows({ id: 1 })],
      [rows({ id: '1', name: 'x' })],
      ['rows: row.id was number, is string', 'rows: row.name is new: string'],
    ],
    ['no rows', [rows()], [rows({ id: 1 })], ['rows: row.id is new: number']],
    [
      'a version',
      [fact('PostgreSQL version', '15')],
      [fact('PostgreSQL version', '16')],
      ['PostgreSQL version: value was 15, is 16'],
    ],
    ['a measurement', [fact('took', '1 ms')], [fact('took', '2 ms')], []],
    ['log lines', [lines('a')], [lines('b')], []],
    ['a request without an answer', [unanswered], exchange({}, {}), ['answer: status is new: 200']],
    ['evidence that only one has', [], exchange({}, {}), []],
    ['evidence that is gone', exchange({}, {}), [fact('version', '1')], []],
    [
      'eight levels',
      exchange({}, nested(8, 1)),
      exchange({}, nested(8, 'x')),
      [`answer: body${'.a'.repeat(8)} was number, is string`],
    ],
    ['what is nested deeper', exchange({}, nested(9, 1)), exchange({}, nested(9, 'x')), []],
    ['lists in lists deeper', exchange({}, [[[[[[[[[1]]]]]]]]]), exchange({}, [[[[[[[[['x']]]]]]]]]), []],
  ])('differs by %s', (_what, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected);
  });

  it.each([
    'content-security-policy-report-only',
    'cross-origin-opener-policy',
    'access-control-allow-origin',
    'x-api-version',
    'server',
  ])('differs by the value of the header %s', (name) => {
    expect(changes(exchange({ [name]: 'a' }, {}), exchange({ [name]: 'b' }, {}))).toEqual([
      `answer: header ${name} was a, is b`,
    ]);
  });

  it.each(['x-server', 'server-timing'])('does not differ by the value of the header %s', (name) => {
    expect(changes(exchange({ [name]: 'a' }, {}), exchange({ [name]: 'b' }, {}))).toEqual([]);
  });

  it.each(['x-date', 'date-format'])('differs by the new header %s', (name) => {
    expect(changes(exchange({}, {}), exchange({ [name]: 'a' }, {}))).toEqual([
      `answer: header ${name} is new`,
    ]);
  });

  it.each(['date', 'x-correlation-id', 'request-id', 'x-ratelimit-remaining', 'ratelimit-reset'])(
    'does not differ by the header %s, which depends on the request',
    (name) => {
      expect(changes(exchange({}, {}), exchange({ [name]: 'a' }, {}))).toEqual([]);
    },
  );

  it('is compared one by one where several have a label', () => {
    const twice = (status: number) => [...exchange({}, {}), ...exchange({}, {}), ...exchange({}, {}, status)];
    expect(changes(twice(200), twice(404))).toEqual(['answer (3): status was 200, is 404']);
  });
});

describe('two stacks', () => {
  const { stack } = base;
  const withService = (name: string, service: object | undefined, given: object = {}) =>
    ({
      ...base,
      stack: { ...stack, services: { ...stack.services, [name]: service }, ...given },
    }) as RunResult;
  const stacks = (before: RunResult, after: RunResult) => diffResults(before, after).stacks;
  const off = withService('cache', { ...stack.services.cache, enabled: false });
  const absent = { absent: { cache: { code: 'not-running', reason: 'r', hint: 'h' } } };

  it.each<[string, RunResult, RunResult, string[]]>([
    ['a service that is switched off', base, off, ['cache is no part of the stack any more']],
    ['a service that is switched on', off, base, ['cache is part of the stack now']],
    [
      'a service that does not run',
      base,
      withService('cache', stack.services.cache, absent),
      ['cache is no part of the stack any more'],
    ],
    [
      'a service that is new',
      base,
      withService('queue', { kind: 'tcp', enabled: true, host: 'q', port: 1 }),
      ['queue is part of the stack now'],
    ],
    ['a service that neither has', withService('queue', { kind: 'tcp', enabled: false }), base, []],
    [
      'a host',
      base,
      withService('database', { ...stack.services.database, host: 'db.internal' }),
      ['database was at localhost, is at db.internal'],
    ],
    ['a port', base, withService('database', { ...stack.services.database, port: 9 }), []],
    [
      'a process without an address',
      withService('job', { kind: 'process', enabled: true }),
      withService('job', { kind: 'process', enabled: true }),
      [],
    ],
  ])('differ by %s', (_what, before, after, expected) => {
    expect(stacks(before, after)).toEqual(expected);
  });
});
