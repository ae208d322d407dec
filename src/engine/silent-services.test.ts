import { expect, test } from 'vitest';
import type { Check } from '../check/define-check.ts';
import { exampleStack } from '../check/stack.ts';
import { failing, hanging, makeCheck } from '../testing/make-check.ts';
import { makePlan } from './plan.ts';
import { startRun } from './run.ts';
import type { AskService } from './silent-services.ts';

const silence = { reason: 'GET /health: no answer', hint: 'meatymusic logs api' };
const talks = (id: string, more: Partial<Check> = {}) =>
  makeCheck({ id, needs: ['http'], uses: ['api'], codes: { timeout, wrong: timeout }, ...more });
const timeout = { means: 'no answer', hint: 'more time' };
const unanswered: Check['run'] = async ({ fail }) =>
  fail('timeout', { expected: 'an answer', actual: 'none' });

async function run(checks: Check[], ask: AskService | undefined, concurrency = 16, signal?: AbortSignal) {
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
    ...(signal && { signal }),
  });
  const { checks: settled } = await result;
  return {
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
  const ask = async () => {
    throw new Error('asked');
  };
  expect((await run(checks, ask)).statuses).toEqual({ 'a/answered': 'fail wrong', 'b/other': 'pass' });
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
  expect((await run(checks, undefined, 1)).statuses).toEqual({
    'a/one': 'fail timeout',
    'b/two': 'fail timeout',
  });
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
