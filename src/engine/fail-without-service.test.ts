import { expect, it } from 'vitest';
import { exampleStack } from '../check/stack.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { makeCheck } from '../testing/make-check.ts';
import { makePlan } from './plan.ts';
import { startRun } from './run.ts';

const absent = {
  cache: { code: 'not-running', reason: 'container shop-redis-1 exited (1)', hint: 'meatymusic up' },
} as const;

it('fails the checks of a service without an address, does not run them, and judges the others', async () => {
  const tried: string[] = [];
  const run = async ({ pass }: Parameters<ReturnType<typeof makeCheck>['run']>[0]) => {
    tried.push('api/one');
    return pass('as expected', { count: 1, what: 'thing' });
  };
  const clock = createFakeClock();
  const { result } = startRun({
    plan: makePlan([
      makeCheck({ id: 'api/one', uses: ['api'], run }),
      makeCheck({ id: 'cache/two', uses: ['api', 'cache'] }),
      makeCheck({ id: 'cache/three', uses: ['cache'], after: ['cache/two'] }),
    ]),
    stack: { ...exampleStack, absent },
    openProbes: () => ({ probes: {}, close() {} }),
    options: new Map(),
    timeoutMs: 5000,
    deadlineMs: 120_000,
    retryForMs: 10_000,
    concurrency: 16,
    bail: false,
    readOnly: false,
    toolVersion: '0.0.0',
    clock,
  });
  await clock.advance(0);
  const { checks } = await result;
  expect(tried).toEqual(['api/one']);
  expect(checks.map(({ id, status }) => `${id} ${status}`)).toEqual([
    'api/one pass',
    'cache/two fail',
    'cache/three blocked',
  ]);
  expect(checks[1]).toMatchObject({
    code: 'not-running',
    expected: 'cache runs and can be reached',
    actual: absent.cache.reason,
    hint: absent.cache.hint,
    attempts: [],
    evidence: [],
  });
});
