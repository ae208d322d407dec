import { describe, expect, it } from 'vitest';
import { defineCheck, option, ProbeError, v } from './index.ts';
import { exampleStack } from './stack.ts';
import { type CheckCases, testCheck, verdictOf } from './tester.ts';

const check = defineCheck({
  title: 'The answer is 42',
  failureTitle: 'The answer is not 42',
  why: 'Everything builds on it.',
  needs: ['http'],
  options: { answer: option(v.string(), '42', 'The answer') },
  codes: {
    wrong: { means: 'another answer', hint: 'ask again' },
    silent: { means: 'no answer', hint: 'wait' },
  },
  async run({ http, options, pass, fail, skip, stack }) {
    if (!stack.services.api.enabled) return skip('there is no API');
    try {
      const { body } = await http.request({ url: stack.services.api.url });
      if (body !== options.answer) return fail('wrong', { expected: options.answer, actual: body });
      return pass(body, { count: body.length, what: 'digits' });
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      return fail('silent', { expected: options.answer, actual: error.message });
    }
  },
});

const answer = (body: string) => ({
  http: {
    request: {
      status: 200,
      headers: {},
      rawHeaders: [],
      body,
      bodyBytes: body.length,
      address: '127.0.0.1:8000',
      durationMs: 1,
    },
  },
});

const cases: CheckCases<'wrong' | 'silent'> = {
  passes: [
    { when: 'it says 42', probes: answer('42'), summary: '42' },
    { when: 'it says what the options want', probes: answer('43'), options: { answer: '43' } },
  ],
  fails: [
    { when: 'it says 41', code: 'wrong', actual: '41', hint: 'ask again', probes: answer('41') },
    {
      when: 'it hangs up',
      code: 'silent',
      actual: /hung up/,
      probes: { http: { request: new ProbeError('ECONNRESET', 'it hung up') } },
    },
  ],
  skips: [
    {
      when: 'there is no API',
      stack: { services: { api: { enabled: false } } },
      probes: {},
      reason: /no API/,
    },
  ],
};

testCheck(check, cases, { describe, it });

/** Collects what a runner would be given. */
function collect(given: CheckCases<'wrong' | 'silent'>) {
  const tests: [string, () => Promise<void>][] = [];
  testCheck(check, given, {
    describe: (_, body) => body(),
    it: (name, body) => tests.push([name, body]),
  });
  return Object.fromEntries(tests);
}

describe('testCheck', () => {
  it('names each test after its case', () => {
    expect(Object.keys(collect(cases))).toEqual([
      'passes when it says 42',
      'passes when it says what the options want',
      'fails with wrong when it says 41',
      'fails with silent when it hangs up',
      'is skipped when there is no API',
    ]);
  });

  it('refuses a test without failing cases', () => {
    expect(() => collect({ ...cases, fails: [] })).toThrow('there is no case that fails');
  });

  it('refuses a test without passing cases', () => {
    expect(() => collect({ ...cases, passes: [] })).toThrow('there is no case that passes');
  });

  it('refuses a test that leaves out a code', () => {
    expect(() => collect({ ...cases, fails: cases.fails.slice(0, 1) })).toThrow('no case fails with silent');
  });

  it('refuses a code that the check does not have', () => {
    const fails = [...cases.fails, { when: 'x', code: 'never' as 'wrong', probes: {} }];
    expect(() => collect({ ...cases, fails })).toThrow('the check has no code never');
  });

  it('rejects where the verdict is another', async () => {
    const tests = collect({ ...cases, passes: [{ when: 'it says 41', probes: answer('41') }] });
    await expect(tests['passes when it says 41']?.()).rejects.toThrow('status is "fail", not pass');
  });

  it('rejects a pass that examined nothing', async () => {
    const tests = collect({
      ...cases,
      passes: [{ when: 'it says nothing', probes: answer(''), options: { answer: '' } }],
    });
    await expect(tests['passes when it says nothing']?.()).rejects.toThrow('examined-nothing');
  });

  it('says which answer a case does not give', async () => {
    await expect(verdictOf(check, { probes: {} })).rejects.toThrow(
      'the case does not say what http.request({"url":"http://localhost:8000"}) answers',
    );
  });

  it.each<[string, Partial<CheckCases<'wrong' | 'silent'>>, string]>([
    ['another summary', { passes: [{ when: 'x', probes: answer('42'), summary: '43' }] }, 'summary is "42"'],
    [
      'a summary of another form',
      { passes: [{ when: 'x', probes: answer('42'), summary: /^3/ }] },
      'summary is',
    ],
    [
      'another code',
      { fails: [{ when: 'x', code: 'silent', probes: answer('41') }, ...cases.fails] },
      'code is "wrong", not silent',
    ],
    [
      'another hint',
      { fails: [{ when: 'x', code: 'wrong', hint: 'wait', probes: answer('41') }, ...cases.fails] },
      'hint is "ask again", not wait',
    ],
    [
      'a pass instead of a failure',
      { fails: [{ when: 'x', code: 'wrong', probes: answer('42') }, ...cases.fails] },
      'status is "pass", not fail',
    ],
    [
      'a pass instead of a skip',
      { skips: [{ when: 'x', probes: answer('42') }] },
      'status is "pass", not skip',
    ],
    [
      'another reason',
      {
        skips: [
          {
            when: 'x',
            stack: { services: { api: { enabled: false } } },
            probes: {},
            reason: 'there is no cache',
          },
        ],
      },
      'reason is "there is no API"',
    ],
    [
      'a way out that the check does not name',
      {
        skips: [
          { when: 'x', stack: { services: { api: { enabled: false } } }, probes: {}, enable: 'turn it on' },
        ],
      },
      'enable is undefined',
    ],
  ])('rejects %s', async (_what, wrong, message) => {
    const tests = Object.values(collect({ ...cases, ...wrong }));
    const problems = await Promise.all(
      tests.map((run) =>
        run().then(
          () => '',
          ({ message: text }) => text,
        ),
      ),
    );
    expect(problems.filter(Boolean)).toEqual([expect.stringContaining(message)]);
  });

  it('takes cases without skips', () => {
    const { skips: _, ...others } = cases;
    expect(Object.keys(collect(others))).toHaveLength(4);
  });

  it.each([{}, { describe }, { it }])('refuses a test runner without its two functions', (runner) => {
    expect(() => testCheck(check, cases, runner as never)).toThrow('testCheck needs { describe, it }');
  });
});

describe('verdictOf', () => {
  it('rejects options that the check does not have and values that do not fit', async () => {
    await expect(verdictOf(check, { probes: {}, options: { anser: '1', answer: 5 } })).rejects.toThrow(
      'the check has no option anser; the option answer is not a string',
    );
  });

  it('rejects fakes of probes that the check does not need', async () => {
    await expect(verdictOf(check, { probes: { ...answer('42'), redis: {} } })).rejects.toThrow(
      'the check does not need redis; add it to "needs"',
    );
  });

  it('rejects a verdict that is none', async () => {
    const broken = { ...check, run: async () => undefined as never };
    await expect(verdictOf(broken, { probes: {} })).rejects.toThrow('it returned undefined, no verdict');
  });

  it('asks a fake that is a function with the arguments of the call', async () => {
    const asked: unknown[] = [];
    const request = async (...args: unknown[]) => {
      asked.push(...args);
      return answer('42').http.request;
    };
    const stack = { services: { api: { url: 'http://api:9000' } } };
    expect(await verdictOf(check, { probes: { http: { request } }, stack })).toMatchObject({
      status: 'pass',
    });
    expect(asked).toEqual([{ url: 'http://api:9000' }]);
  });

  it('replaces texts, lists and empty parts of the stack whole, and keeps the rest', async () => {
    let seen: unknown;
    const run: (typeof check)['run'] = async ({ stack, skip }) => {
      seen = stack;
      return skip('seen');
    };
    const looking = { ...check, run };
    await verdictOf(looking, {
      probes: {},
      stack: { project: 'shop', telemetry: { otlpEndpoint: 'http://o/' } },
    });
    expect(seen).toEqual({ ...exampleStack, project: 'shop', telemetry: { otlpEndpoint: 'http://o/' } });
    await verdictOf(looking, { probes: {}, stack: { services: { web: undefined as never } } });
    expect(seen).toMatchObject({ services: { api: exampleStack.services.api, web: undefined } });
  });

  it('gives steady identifiers, a time, tokens and a deadline to a check', async () => {
    const using = defineCheck({
      ...{ title: 'T', failureTitle: 'F', why: 'W', needs: ['ids'] },
      codes: { wrong: { means: 'm', hint: 'h' } },
      async run({ ids, pass, remainingMs, signal }) {
        const { traceId, traceparent } = await ids.trace();
        const token = await ids.token({ kind: 'valid' } as never);
        const forged = await ids.forgeries({ kind: 'expired' } as never);
        await ids.pause({ ms: 1000 });
        const facts = [traceparent.includes(traceId), await ids.uuid(), await ids.now(), token, forged];
        return pass(JSON.stringify([...facts, remainingMs(), signal.aborted]), { count: 1, what: 'x' });
      },
    });
    const { summary } = (await verdictOf(using, { probes: {} })) as { summary: string };
    expect(JSON.parse(summary)).toEqual([
      true,
      '6f1ed002-ab5c-4e1d-9d4e-2f6b9f9d3c11',
      1_767_225_600_000,
      { available: true, token: 'token.valid.signature' },
      {
        forgeries: [{ name: 'forged', token: 'token.expired.forged' }],
        accepted: 'token.valid.signature',
        notMade: [],
      },
      5000,
      false,
    ]);
  });

  it('answers with a copy, and is no promise itself', async () => {
    const shared = answer('42');
    const run: (typeof check)['run'] = async ({ http, pass }) => {
      const found = await http.request({ url: 'http://x/' });
      found.body = 'changed';
      const again = await http.request({ url: 'http://x/' });
      return pass(`${again.body} ${'then' in http || (http as { then?: unknown }).then}`, {
        count: 1,
        what: 'answer',
      });
    };
    const changing = { ...check, run };
    expect(await verdictOf(changing, { probes: shared })).toMatchObject({ summary: '42 undefined' });
  });
});
