import { expect, test } from 'vitest';
import type { Check } from '../check/define-check.ts';
import type { Evidence } from '../check/evidence.ts';
import { exampleStack } from '../check/stack.ts';
import { failing, hanging, makeCheck } from '../testing/make-check.ts';
import type { RunEvent, RunListener } from './events.ts';
import { makePlan } from './plan.ts';
import { startRun } from './run.ts';
import type { AskService } from './silent-services.ts';

const silence = { reason: 'GET /health: no answer', hint: 'meatymusic logs api' };
const talks = (id: string, more: Partial<Check> = {}) =>
  makeCheck({ id, needs: ['http'], uses: ['api'], codes: { timeout, wrong: timeout }, ...more });
const timeout = { means: 'no answer', hint: 'more time' };
const unanswered: Check['run'] = async ({ fail }) =>
  fail('timeout', { expected: 'an answer', actual: 'none' });

async function run(
  checks: Check[],
  ask: AskService | undefined,
  concurrency = 16,
  signal?: AbortSignal,
  listeners: RunListener[] = [],
) {
  const { result } = startRun({
    plan: makePlan(checks),
    stack: exampleStack,
    openProbes: () => ({ probes: {}, close() {} }),
    options: new Map(),
    timeoutMs: 20,
    deadlineMs: 120_000,
    retryForMs: 0,
    concurrency,
    bail: false,
    readOnly: false,
    toolVersion: '0.0.0',
    ask,
    listeners,
    ...(signal && { signal }),
  });
  const { checks: settled, exitCode } = await result;
  return {
    exitCode,
    statuses: Object.fromEntries(
      settled.map(({ id, status, code }) => [id, code ? `${status} ${code}` : status]),
    ),
    of: (id: string) => settled.find((each) => each.id === id)!,
  };
}

test('a service that stops answering is one failure, and blocks each check that would talk to it', async () => {
  const checks = [
    talks('a/first'),
    talks('b/kills', { run: unanswered }),
    talks('c/later'),
    talks('d/later', { after: ['c/later'] }),
    makeCheck({ id: 'e/reads-the-log', needs: ['logs'], uses: ['api'] }),
    makeCheck({ id: 'f/other-service', needs: ['redis'], uses: ['cache'] }),
  ];
  const { statuses, of } = await run(checks, async (service) => (service === 'api' ? silence : undefined), 1);
  expect(statuses).toEqual({
    'a/first': 'pass',
    'b/kills': 'fail timeout',
    'c/later': 'blocked',
    'd/later': 'blocked',
    'e/reads-the-log': 'pass',
    'f/other-service': 'pass',
  });
  expect(of('d/later').blockedBy).toEqual(['b/kills']);
  expect(of('b/kills').actual).toMatch(
    /^none; api stopped answering, after a\/first had its answer at \d{4}-.*Z: GET \/health: no answer$/,
  );
  expect(of('b/kills').hint).toBe(silence.hint);
});

test.each([
  ['none', 'none; api answers nothing: GET /health: no answer'],
  ['GET /health: no answer', 'GET /health: no answer'],
])('adds the reason of the silence to "%s" once', async (actual, expected) => {
  const fails: Check['run'] = async ({ fail }) => fail('timeout', { expected: 'an answer', actual });
  const { of } = await run([talks('a/one', { run: fails })], async () => silence);
  expect(of('a/one').actual).toBe(expected);
});

test('checks that fail together ask once: the first is the root, the others are blocked', async () => {
  let asked = 0;
  const ask = async () => {
    asked++;
    return silence;
  };
  const checks = [
    talks('a/one', { run: unanswered }),
    talks('b/two', { run: hanging }),
    talks('c/three', { run: unanswered }),
  ];
  const { statuses, of } = await run(checks, ask);
  expect(statuses).toEqual({ 'a/one': 'fail timeout', 'b/two': 'blocked', 'c/three': 'blocked' });
  expect(of('a/one').actual).toContain('api answers nothing');
  expect(asked).toBe(1);
});

test('a service that answers when it is asked leaves each failure as it is', async () => {
  const checks = [talks('a/slow', { run: unanswered }), talks('b/slow', { run: hanging })];
  const { statuses, of } = await run(checks, async () => undefined);
  expect(statuses).toEqual({ 'a/slow': 'fail timeout', 'b/slow': 'fail timeout' });
  expect(of('a/slow')).toMatchObject({ actual: 'none', hint: 'more time' });
});

test('a verdict that rests on an answer is kept, and asks nothing', async () => {
  const checks = [talks('a/answered', { run: failing }), talks('b/other')];
  const asked: string[] = [];
  const ask = async (service: string) => void asked.push(service);
  expect((await run(checks, ask)).statuses).toEqual({ 'a/answered': 'fail wrong', 'b/other': 'pass' });
  expect(asked).toEqual([]);
});

test('evidence of a request without response asks, whatever the code is', async () => {
  const withoutResponse: Check['run'] = async ({ fail }) =>
    fail('wrong', {
      expected: '200',
      actual: 'nothing',
      evidence: [
        {
          kind: 'http',
          label: 'request',
          exchange: {
            request: { method: 'GET', url: 'http://127.0.0.1/', headers: {} },
            error: { code: 'ECONNREFUSED', message: 'nothing listens there' },
          },
        },
      ],
    });
  const { statuses } = await run(
    [talks('a/custom', { run: withoutResponse }), talks('b/next')],
    async () => silence,
    1,
  );
  expect(statuses).toEqual({ 'a/custom': 'fail wrong', 'b/next': 'blocked' });
});

test('without a hook each check fails for itself, as a sabotaged stack needs it', async () => {
  const checks = [talks('a/one', { run: unanswered }), talks('b/two', { run: unanswered })];
  const { statuses, exitCode } = await run(checks, undefined, 1);
  expect(statuses).toEqual({ 'a/one': 'fail timeout', 'b/two': 'fail timeout' });
  expect(exitCode).toBe(1);
});

test('a run that ends while a service is asked keeps the failure with its evidence', async () => {
  const controller = new AbortController();
  const ask = () => {
    controller.abort();
    return new Promise<undefined>(() => {});
  };
  const { statuses, of } = await run([talks('a/one', { run: unanswered })], ask, 1, controller.signal);
  expect(statuses).toEqual({ 'a/one': 'fail timeout' });
  expect(of('a/one').actual).toBe('none');
});

/** Runs the checks one after the other; `ask` answers that each service is silent, and notes which was asked. */
async function asking(checks: Check[], silences: readonly boolean[] = [true]) {
  const asked: string[] = [];
  const ask = async (service: string) => {
    const isSilent = silences[Math.min(asked.push(service), silences.length) - 1];
    return isSilent ? silence : undefined;
  };
  return { ...(await run(checks, ask, 1)), asked };
}
const exchange = { request: { method: 'GET', url: 'http://127.0.0.1/', headers: {} } };
const refused = { ...exchange, error: { code: 'ECONNREFUSED', message: 'nothing listens there' } };
const answered = {
  ...exchange,
  response: { status: 500, headers: {}, rawHeaders: [], body: '', bodyBytes: 0, address: '', durationMs: 1 },
};
const item = (of: object) => ({ kind: 'http' as const, label: 'request', exchange: of }) as Evidence;
const fact: Evidence = { kind: 'fact', label: 'port', value: '1' };

test.each<[string, Partial<Check>]>([
  [
    'passes because a request had no response',
    {
      run: async ({ pass }) => pass('refused', { count: 1, what: 'request' }, [item(refused)]),
    },
  ],
  [
    'fails with an answer and a fact',
    {
      run: async ({ fail }) =>
        fail('wrong', { expected: '200', actual: '500', evidence: [fact, item(answered)] }),
    },
  ],
  ['reads the log and waits too long', { needs: ['logs'], run: unanswered }],
  ['uses no service', { uses: [], run: unanswered }],
  ['names no service', { uses: undefined as never, run: unanswered }],
])('nothing is asked about a check that %s', async (_what, given) => {
  const { asked } = await asking([talks('a/one', given)]);
  expect(asked).toEqual([]);
});

test('a check that talks to a service and reads its log is blocked as others are', async () => {
  const checks = [
    talks('a/one', { run: unanswered, needs: ['logs', 'http'] }),
    talks('b/two', { needs: ['logs', 'http'] }),
  ];
  const { statuses, asked } = await asking(checks);
  expect(statuses).toEqual({ 'a/one': 'fail timeout', 'b/two': 'blocked' });
  expect(asked).toEqual(['api']);
});

test('a service that answered is asked again at the next failure without an answer', async () => {
  const checks = ['a/one', 'b/two', 'c/three'].map((id) => talks(id, { run: unanswered }));
  const { statuses, asked } = await asking(checks, [false, true]);
  expect(statuses).toEqual({ 'a/one': 'fail timeout', 'b/two': 'fail timeout', 'c/three': 'blocked' });
  expect(asked).toEqual(['api', 'api']);
});

test.each<[string, Check['run'], string]>([
  ['a failure', failing, 'none; api stopped answering, after a/first had its answer'],
  ['a skip', async ({ skip }) => skip('no token'), 'none; api answers nothing'],
  ['an error', () => Promise.reject(new Error('boom')), 'none; api answers nothing'],
])(
  'the last answer of a service before it is silent is that of a pass or a failure: %s',
  async (_what, first, actual) => {
    const { of } = await asking([talks('a/first', { run: first }), talks('b/second', { run: unanswered })]);
    expect(of('b/second').actual).toContain(actual);
  },
);

test('a service that answers after the end of the run changes nothing', async () => {
  const controller = new AbortController();
  let answer = (_silence: typeof silence) => {};
  const ask = () => {
    setImmediate(() => controller.abort());
    return new Promise<typeof silence>((resolve) => {
      answer = resolve;
    });
  };
  const ends: string[] = [];
  const listener = (event: RunEvent) => {
    if (event.type !== 'check-end') return;
    ends.push(event.check.id);
    answer(silence);
  };
  const { of } = await run([talks('a/one', { run: unanswered })], ask, 1, controller.signal, [listener]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(of('a/one').actual).toBe('none');
  expect(ends).toEqual(['a/one']);
});
