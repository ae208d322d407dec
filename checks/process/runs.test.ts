import { describe, expect, it } from 'vitest';
import type { ServiceFacts } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { answers } from '../../src/testing/stub-probes.ts';
import runs from './runs.ts';

const service = (facts: ServiceFacts) => ({
  service: { status: answers([{ service: 'process' }, facts]) },
});

testCheck(
  runs,
  {
    passes: [
      {
        when: 'it runs and was not restarted',
        probes: service({ state: 'running', restarts: 0, note: 'container shop-worker-1' }),
        summary: 'running (container shop-worker-1)',
      },
      {
        when: 'it runs, and says that restarts are not known',
        probes: service({ state: 'running' }),
        summary: 'running; whether it was restarted is not known',
      },
    ],
    fails: [
      {
        when: 'it has ended',
        code: 'exited',
        probes: service({ state: 'exited', exitCode: 1 }),
        actual: 'exited (1)',
      },
      {
        when: 'it has ended, unknown how',
        code: 'exited',
        probes: service({ state: 'exited' }),
        actual: 'exited',
      },
      {
        when: 'it runs again after it ended',
        code: 'restarted',
        probes: service({ state: 'running', exitCode: 1, restarts: 1 }),
        actual: 'running, 1 restart',
      },
      { when: 'there is none', code: 'missing', probes: service({ state: 'missing' }) },
      { when: 'it starts', code: 'not-ready', probes: service({ state: 'starting' }) },
      { when: 'it is unhealthy', code: 'unhealthy', probes: service({ state: 'unhealthy' }) },
      {
        when: 'it was restarted, also while it starts',
        code: 'restarted',
        probes: service({ state: 'starting', restarts: 2 }),
        actual: 'starting, 2 restarts',
      },
    ],
    skips: [
      {
        when: 'meatymusic did not start it',
        probes: service({ state: 'unknown' }),
        enable: /services\.process\.start/,
      },
    ],
  },
  { describe, it },
);

it('shows the state', async () => {
  const labels = await evidenceLabels(runs, { probes: service({ state: 'running' }) });
  expect(labels).toEqual(['pass', 'status']);
});
