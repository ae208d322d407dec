import { isDeepStrictEqual } from 'node:util';
import { contextOf } from './check-context.ts';
import type { CheckDefinition } from './define-check.ts';
import { judgeVerdict } from './judge-verdict.ts';
import { type CheckOptions, optionValues } from './option.ts';
import type { ProbeName, Probes } from './probes.ts';
import type { StackInfo } from './stack.ts';
import { exampleStack } from './stack.ts';
import type { Verdict } from './verdict.ts';

/** A fake of a probe: each method is its answer, or a function of its arguments. It rejects with an Error. */
export type FakeProbe<Probe> = {
  [Method in keyof Probe]?: Probe[Method] extends (...args: infer Args) => Promise<infer Answer>
    ? Answer | Error | ((...args: Args) => Answer | Error | Promise<Answer>)
    : never;
};

/** The fakes of the probes that a check needs; a method without a fake throws. */
export type FakeProbes = { [Name in keyof Probes]?: FakeProbe<Probes[Name]> };

type DeepPartial<T> = T extends object ? { [Key in keyof T]?: DeepPartial<T[Key]> } : T;

/** A situation of a check: what its probes answer, its options, and the stack. */
export interface Case {
  /** The case, as the end of "passes when …", "fails when …". */
  when: string;
  probes: FakeProbes;
  /** Default: the check's own defaults. */
  options?: Record<string, unknown>;
  /** Differences to a stack on the contract's addresses. */
  stack?: DeepPartial<StackInfo>;
}

/** A case in which the check passes. Texts are compared whole, patterns are matched; default: not compared. */
export interface PassingCase extends Case {
  /** The summary of the pass. */
  summary?: string | RegExp;
}

/** A case in which the check fails with this code. */
export interface FailingCase<Code extends string = string> extends Case {
  code: Code;
  /** The expectation that the failure names. */
  expected?: string | RegExp;
  /** The finding that the failure names. */
  actual?: string | RegExp;
  /** The next step that the failure names. */
  hint?: string | RegExp;
}

/** A case that the check cannot judge. */
export interface SkippedCase extends Case {
  /** The reason of the skip. */
  reason?: string | RegExp;
  /** What the skip says would make the check possible. */
  enable?: string | RegExp;
}

/** The cases of a check: at least one that passes, and one for each of its codes. */
export interface CheckCases<Code extends string = string> {
  passes: readonly PassingCase[];
  fails: readonly FailingCase<Code>[];
  /** Default: none. */
  skips?: readonly SkippedCase[];
}

/** The two functions of a test runner; vitest, jest, mocha and node:test all have them. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/**
 * Tests a check with fake probes, one test a case. Refuses cases that would prove nothing: no case that passes, no case
 * that fails, or a code that no case shows. `runner` defaults to the globals `describe` and `it`. Throws a `TypeError` for
 * refused cases.
 *
 * @example
 * testCheck(summary, {
 *   passes: [{ when: 'it answers 200', probes: { http: { request: response(200) } } }],
 *   fails: [{ when: 'it answers 503', code: 'wrong-status', probes: { http: { request: response(503) } } }],
 * });
 */
export function testCheck<Options extends CheckOptions, Needs extends ProbeName, Code extends string>(
  check: CheckDefinition<Options, Needs, Code>,
  cases: CheckCases<NoInfer<Code>>,
  runner: TestRunner = globalThis as unknown as TestRunner,
): void {
  const definition = check as unknown as CheckDefinition;
  if (typeof runner.it !== 'function' || typeof runner.describe !== 'function') {
    throw new TypeError('testCheck needs { describe, it } of the test runner as its third argument');
  }
  const refusal = refusalOf(definition, cases);
  if (refusal) throw new TypeError(`these cases prove nothing about "${definition.title}": ${refusal}`);
  runner.describe(definition.title, () => {
    for (const each of cases.passes) {
      runner.it(`passes when ${each.when}`, async () => {
        const verdict = await verdictOf(definition, each);
        assertField(verdict, 'status', 'pass');
        assertField(verdict, 'summary', each.summary);
      });
    }
    for (const each of cases.fails) {
      runner.it(`fails with ${each.code} when ${each.when}`, async () => {
        const verdict = await verdictOf(definition, each);
        assertField(verdict, 'status', 'fail');
        for (const field of ['code', 'expected', 'actual', 'hint'] as const) {
          assertField(verdict, field, each[field]);
        }
      });
    }
    for (const each of cases.skips ?? []) {
      runner.it(`is skipped when ${each.when}`, async () => {
        const verdict = await verdictOf(definition, each);
        assertField(verdict, 'status', 'skip');
        assertField(verdict, 'reason', each.reason);
        assertField(verdict, 'enable', each.enable);
      });
    }
  });
}

function refusalOf({ codes }: CheckDefinition, { passes, fails }: CheckCases): string | undefined {
  if (passes.length === 0) return 'there is no case that passes';
  if (fails.length === 0) return 'there is no case that fails';
  const shown = new Set(fails.map(({ code }) => code));
  const hidden = Object.keys(codes).filter((code) => !shown.has(code));
  if (hidden.length > 0) return `no case fails with ${hidden.join(', ')}`;
  const unknown = [...shown].filter((code) => !Object.hasOwn(codes, code));
  return unknown.length > 0 ? `the check has no code ${unknown.join(', ')}` : undefined;
}

/**
 * Resolves to the verdict as the engine counts it: a pass that examined nothing is a failure. Rejects with what the check threw.
 *
 * @example
 * const verdict = await verdictOf(summary, { probes: { http: { request: new Error('ECONNREFUSED') } } });
 */
export async function verdictOf<Options extends CheckOptions, Needs extends ProbeName, Code extends string>(
  check: CheckDefinition<Options, Needs, Code>,
  { probes, options = {}, stack = {} }: Omit<Case, 'when'>,
): Promise<Verdict> {
  const definition = check as unknown as CheckDefinition;
  const context = contextOf(definition, {
    probes: fakeAll(definition, probes),
    options: optionsOf(definition, options),
    stack: merge(exampleStack, stack) as StackInfo,
    signal: new AbortController().signal,
    remainingMs: () => 5000,
  });
  const verdict = judgeVerdict(definition, await definition.run(context));
  if (verdict.status === 'error') throw new TypeError(verdict.actual);
  return verdict;
}

function optionsOf({ options = {} }: CheckDefinition, given: Record<string, unknown>) {
  const { values, problems } = optionValues(options, given);
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(options, name));
  const wrong = [
    ...unknown.map((name) => `the check has no option ${name}`),
    ...problems.map(({ name, path, message }) => `the option ${[name, ...path].join('.')} ${message}`),
  ];
  if (wrong.length > 0) throw new TypeError(wrong.join('; '));
  return values;
}

/** Default fakes of identifiers and time: the same in every run. */
const steadyIds: FakeProbe<Probes['ids']> = {
  trace: {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  },
  uuid: '6f1ed002-ab5c-4e1d-9d4e-2f6b9f9d3c11',
  now: 1_767_225_600_000,
  pause: () => undefined as never,
  token: ({ kind }) => ({ available: true, token: `token.${kind}.signature` }),
  forgeries: ({ kind }) => ({
    forgeries: [{ name: 'forged', token: `token.${kind}.forged` }],
    accepted: 'token.valid.signature',
    notMade: [],
  }),
};

function fakeAll({ needs }: CheckDefinition, given: FakeProbes): Partial<Probes> {
  const extra = Object.keys(given).filter((name) => !(needs as string[]).includes(name));
  if (extra.length > 0) throw new TypeError(`the check does not need ${extra.join(', ')}; add it to "needs"`);
  const withIds: FakeProbes = { ...given, ids: { ...steadyIds, ...given.ids } };
  return Object.fromEntries(needs.map((name) => [name, fake(name, withIds[name] ?? {})])) as Partial<Probes>;
}

function fake(name: string, answers: Record<string, unknown>): unknown {
  return new Proxy(
    {},
    {
      get: (_, method) => {
        if (method === 'then' || typeof method === 'symbol') return undefined;
        return async (...args: unknown[]) => {
          if (!Object.hasOwn(answers, method)) {
            const asked = args.length > 0 ? JSON.stringify(args[0]) : '';
            throw new TypeError(`the case does not say what ${name}.${method}(${asked}) answers`);
          }
          const answer = answers[method];
          const value = typeof answer === 'function' ? await answer(...args) : answer;
          if (value instanceof Error) throw value;
          return structuredClone(value);
        };
      },
    },
  );
}

function assertField(verdict: Verdict, field: string, wanted: string | RegExp | undefined): void {
  if (wanted === undefined) return;
  const found = (verdict as unknown as Record<string, unknown>)[field];
  const holds = wanted instanceof RegExp ? wanted.test(String(found)) : isDeepStrictEqual(found, wanted);
  if (!holds) {
    throw new Error(
      `${field} is ${JSON.stringify(found)}, not ${wanted}\n${JSON.stringify(verdict, null, 2)}`,
    );
  }
}

function merge(base: unknown, over: unknown): unknown {
  if (typeof base !== 'object' || base === null || typeof over !== 'object' || over === null) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = merge(merged[key], value);
  return merged;
}
