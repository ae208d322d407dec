import { expect, it } from 'vitest';
import { systemClock } from '../base/clock.ts';
import type { Check } from '../check/define-check.ts';
import { exampleStack } from '../check/stack.ts';
import { beginRun } from '../testing/begin-run.ts';
import { makeCheck } from '../testing/make-check.ts';
import { createProbeSource } from './probe-source.ts';
import type { StackUnderTest } from './stack.ts';

/** Runs checks on a stack whose services only note what is asked of them. */
async function run(checks: Check[]) {
  const calls: string[] = [];
  const note = (what: string) => async (service: string) => void calls.push(`${what} ${service}`);
  const control = { stop: note('stop'), start: note('start'), restart: note('restart') };
  const source = createProbeSource({
    base: { stack: exampleStack, endpoints: {}, logs: {} },
    runtime: { name: 'embedded', control },
    ledger: { record: () => ({ remove() {} }) },
  } as unknown as StackUnderTest);
  const result = await beginRun(checks, { openProbes: source.open, clock: systemClock }).run.result;
  await source.close();
  return { calls, statuses: result.checks.map(({ id, status }) => `${id} ${status}`) };
}

const stopping = (id: string, stops: string, more: Partial<Check> = {}) =>
  makeCheck({
    id,
    needs: ['control'],
    effects: 'disruptive',
    stops,
    run: async ({ control, pass }) => {
      await control.stop({ service: stops });
      await control.start({ service: stops });
      return pass('as expected', { count: 1, what: 'outage' });
    },
    ...more,
  });

it('stops a service once for all checks that stop it', async () => {
  const checks = [stopping('a/one', 'database'), stopping('b/two', 'database'), stopping('c/cache', 'cache')];
  expect(await run(checks)).toEqual({
    calls: ['stop database', 'start database', 'stop cache', 'start cache'],
    statuses: ['a/one pass', 'b/two pass', 'c/cache pass'],
  });
});

it.each<[string, Check['run']]>([
  ['fails before it stops anything', async ({ fail }) => fail('wrong', { expected: 'a', actual: 'b' })],
  [
    'breaks while the service is away',
    async ({ control }) => {
      await control.stop({ service: 'database' });
      throw new Error('broken');
    },
  ],
])('neither waits for a check that %s, nor leaves the service stopped', async (_what, broken) => {
  const { calls, statuses } = await run([
    stopping('a/broken', 'database', { run: broken }),
    stopping('b/two', 'database'),
  ]);
  expect(calls).toEqual(['stop database', 'start database']);
  expect(statuses[1]).toBe('b/two pass');
});
