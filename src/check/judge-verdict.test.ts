import { describe, expect, test } from 'vitest';
import { judgeVerdict, plainVerdict } from './judge-verdict.ts';

const check = { codes: { broken: { hint: 'repair it' } } } as unknown as Parameters<typeof judgeVerdict>[0];
const judge = (verdict: unknown) => judgeVerdict(check, verdict);
const examined = [{ count: 1, what: 'tables' }];

describe('judgeVerdict', () => {
  test.each([
    [{ status: 'pass', summary: 's', examined, evidence: [] }],
    [{ status: 'skip', reason: 'no table' }],
    [{ status: 'fail', code: 'broken', expected: 'e', actual: 'a', evidence: [] }],
  ])('keeps %j', (verdict) => {
    expect(judge(verdict)).toBe(verdict);
  });

  test.each([
    [{ status: 'pass', summary: 's', examined }],
    [{ status: 'fail', code: 'broken', expected: '', actual: '' }],
  ])('adds the missing evidence of %j', (verdict) => {
    expect(judge(verdict)).toEqual({ ...verdict, evidence: [] });
  });

  test.each([
    [undefined, 'it returned undefined, no verdict'],
    [null, 'it returned null, no verdict'],
    ['pass', 'it returned pass, no verdict'],
    [{}, 'it returned the status undefined; there are pass, fail and skip'],
    [{ status: 'ok' }, 'it returned the status "ok"; there are pass, fail and skip'],
    [{ status: 'skip' }, 'it skipped without a reason'],
    [{ status: 'skip', reason: '' }, 'it skipped without a reason'],
    [{ status: 'skip', reason: ' \n' }, 'it skipped without a reason'],
    [{ status: 'skip', reason: 5 }, 'it skipped without a reason'],
    [{ status: 'pass', summary: 's' }, 'it passed without saying'],
    [{ status: 'pass', examined }, 'it passed without saying'],
    [{ status: 'pass', summary: 's', examined: 5 }, 'it passed without saying'],
    [{ status: 'pass', summary: 's', examined: [null] }, 'it passed without saying'],
    [{ status: 'pass', summary: 's', examined: [{ count: 1 }] }, 'it passed without saying'],
    [{ status: 'pass', summary: 's', examined: [{ what: 'tables' }] }, 'it passed without saying'],
    [
      { status: 'pass', summary: 's', examined: [...examined, { count: '5', what: 'x' }] },
      'it passed without',
    ],
    [{ status: 'skip', reason: 'r', enable: {} }, 'what makes it possible ("enable") is not a text'],
    [{ status: 'fail', code: 'broken', expected: 'e', actual: 'a', hint: 5 }, 'its hint is not a text'],
    [{ status: 'fail', expected: 'e', actual: 'a' }, 'the undeclared code undefined; declared: broken'],
    [{ status: 'fail', code: 'other', expected: 'e', actual: 'a' }, 'the undeclared code "other"'],
    [{ status: 'fail', code: 'toString', expected: 'e', actual: 'a' }, 'the undeclared code "toString"'],
    [{ status: 'fail', code: 'broken', actual: 'a' }, 'it failed with broken without saying'],
    [{ status: 'fail', code: 'broken', expected: 'e' }, 'it failed with broken without saying'],
  ])('%j is no verdict', (verdict, message) => {
    expect(judge(verdict)).toMatchObject({
      status: 'error',
      code: 'bad-verdict',
      actual: expect.stringContaining(message),
      evidence: [],
    });
  });

  test.each([
    [[], 'examined nothing'],
    [[{ count: 0, what: 'tables' }], 'examined 0 tables'],
    [
      [
        { count: 0, what: 'tables' },
        { count: 0, what: 'roles' },
      ],
      'examined 0 tables, 0 roles',
    ],
  ])('a pass that examined %j fails', (nothing, actual) => {
    const evidence = [{ kind: 'fact', label: 'tables', value: 'none' }];
    expect(judge({ status: 'pass', summary: 's', examined: nothing, evidence })).toMatchObject({
      status: 'fail',
      code: 'examined-nothing',
      actual: `it would have passed (s), but ${actual}`,
      evidence,
    });
    expect(judge({ status: 'pass', summary: 's', examined: nothing })).toMatchObject({ evidence: [] });
  });

  test('one thing that was examined is enough', () => {
    const some = [{ count: 0, what: 'tables' }, ...examined];
    expect(judge({ status: 'pass', summary: 's', examined: some })).toMatchObject({ status: 'pass' });
  });

  test.each<[evidence: unknown, problem: string]>([
    ['seen', 'is not a list'],
    [[null], '0 is not'],
    [[{ kind: 'note', label: 'a' }], '0.kind is'],
    [[{ kind: 'fact', label: 'a' }], '0.value is missing'],
    [[{ kind: 'lines', label: 'a', source: 'api', total: 1, lines: 'x' }], '0.lines is not a list'],
    [[{ kind: 'query', label: 'a', statement: 'select 1', rowCount: 1 }], '0.rows is missing'],
  ])('evidence %j is refused, and that of a bounded check is not looked at', (evidence, problem) => {
    const verdict = { status: 'pass', summary: 's', examined, evidence };
    expect(judge(verdict)).toMatchObject({
      status: 'error',
      code: 'bad-verdict',
      actual: expect.stringContaining(`its evidence has an invalid form: ${problem}`),
    });
    expect(judgeVerdict({ ...check, isBounded: true }, verdict)).toBe(verdict);
  });

  test('evidence with numbers of a service that make no sense, or with more keys, is kept', () => {
    const evidence = [
      { kind: 'fact', label: 'a', value: 'b', more: 1 },
      { kind: 'query', label: 'a', statement: 'select 1', rows: [{ a: [null] }], rowCount: -0.5 },
    ];
    const verdict = { status: 'pass', summary: 's', examined, evidence };
    expect(judge(verdict)).toBe(verdict);
  });

  test('a check without codes has none declared', () => {
    expect(judgeVerdict({ codes: {} }, { status: 'fail', code: 'x' })).toMatchObject({
      actual: 'it failed with the undeclared code "x"; declared: none',
    });
  });
});

describe('plainVerdict', () => {
  test('reads getters once and drops what is no data', () => {
    const verdict = {
      get status() {
        return 'pass';
      },
      run() {},
    };
    expect(plainVerdict(verdict)).toEqual({ status: 'pass' });
  });

  test.each([[undefined], [null], ['text'], [5]])('returns %j as it is', (verdict) => {
    expect(plainVerdict(verdict)).toBe(verdict);
  });

  test('refuses a verdict that holds itself', () => {
    const verdict: Record<string, unknown> = { status: 'pass' };
    verdict.self = verdict;
    expect(() => plainVerdict(verdict)).toThrow(/^its verdict is no plain data: [^\n]*$/);
  });

  test('refuses a verdict that is nested deeper than any evidence', () => {
    const nested = (depth: number) => JSON.parse('[0,'.repeat(depth) + ']'.repeat(depth).replace(/^/, '0'));
    expect(() => plainVerdict(nested(200))).toThrow('its verdict is nested deeper than 100 levels');
    expect(plainVerdict(nested(50))).toEqual(nested(50));
  });
});
