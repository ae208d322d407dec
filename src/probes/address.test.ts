import { describe, expect, it } from 'vitest';
import { placeholderHost } from '../base/endpoint.ts';
import { testProbeContext } from '../testing/probe-context.ts';
import { createProbe } from './index.ts';

const absent = { code: 'not-running', reason: 'container shop-1 exited (1)', hint: 'meatymusic up' } as const;

describe('probes of a service without an address', () => {
  const context = testProbeContext({
    endpoints: { api: { absent }, database: { absent }, cache: { absent } },
    database: { applicationRole: 'app', applicationUrl: 'postgresql://app@127.0.0.1:1/shop' },
  });
  const reason = { name: 'ProbeError', code: 'NOT_RUNNING', message: absent.reason };

  it('reject with the reason and dial nothing', async () => {
    const redis = await createProbe('redis', context);
    await expect(redis.command({ name: 'PING' })).rejects.toMatchObject(reason);
    const postgres = await createProbe('postgres', context);
    for (const as of ['owner', 'application'] as const)
      await expect(postgres.query({ sql: 'select 1', as })).rejects.toMatchObject(reason);
    const http = await createProbe('http', context);
    const url = `http://${placeholderHost('api')}/health`;
    await expect(http.request({ url })).rejects.toMatchObject(reason);
  });
});
