import { describe, expect, it } from 'vitest';
import { defineCheck, option, ProbeError, v } from './index.ts';
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
});
