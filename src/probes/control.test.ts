import { expect, test } from 'vitest';
import { testProbeContext } from '../testing/probe-context.ts';
import { createControlProbe } from './control.ts';

test('a service that would not be found again is neither available nor stopped', async () => {
  const done: string[] = [];
  const context = testProbeContext({
    control: {
      refusal: async (service) => (service === 'cache' ? 'cache gets another port' : undefined),
      stop: async (service) => void done.push(`stop ${service}`),
      start: async (service) => void done.push(`start ${service}`),
    },
  });
  try {
    const probe = createControlProbe(context);
    expect(await probe.available({ service: 'cache' })).toEqual({
      available: false,
      enable: 'cache gets another port',
    });
    await expect(probe.stop({ service: 'cache' })).rejects.toMatchObject({
      code: 'NO_CONTROL',
      message: 'cache gets another port',
    });
    expect(await probe.available({ service: 'database' })).toEqual({ available: true });
    await probe.stop({ service: 'database' });
    expect(done).toEqual(['stop database']);
  } finally {
    await context.close();
  }
});

test('a runtime that cannot be asked is a failure of the probe', async () => {
  const context = testProbeContext({
    control: {
      refusal: () => Promise.reject(new Error('the engine does not answer')),
      stop: async () => {},
      start: async () => {},
    },
  });
  try {
    const probe = createControlProbe(context);
    const failure = { code: 'STOP_FAILED', message: 'cache cannot be stopped: the engine does not answer' };
    await expect(probe.available({ service: 'cache' })).rejects.toMatchObject(failure);
    await expect(probe.stop({ service: 'cache' })).rejects.toMatchObject(failure);
  } finally {
    await context.close();
  }
});
