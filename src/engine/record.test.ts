import { describe, expect, it } from 'vitest';
import { ProbeError, type Probes } from '../check/probes.ts';
import { makeCheck } from '../testing/make-check.ts';
import type { AttemptScope } from './attempt.ts';
import { type Recording, recordProbes, replayProbes } from './record.ts';

const check = makeCheck({ id: 'a/one', needs: ['http', 'ids'] });
const scope: AttemptScope = {
  check,
  number: 1,
  signal: new AbortController().signal,
  remainingMs: () => 1000,
  progress() {},
  refuse() {},
  hinder() {},
  giveBack() {},
};

/** Records what `use` asks of these probes, and gives probes that answer from the recording. */
async function recordAndReplay(
  probes: unknown,
  use: (probes: Probes) => Promise<unknown>,
  redact = (text: string) => text,
) {
  let saved: Recording | undefined;
  const record = recordProbes(
    () => ({ probes: probes as Partial<Probes>, close() {} }),
    (recording) => {
      saved = JSON.parse(redact(JSON.stringify(recording)));
    },
  );
  const opened = await record(scope);
  const first = await use(opened.probes as Probes);
  await opened.close();
  const replay = replayProbes(async () => saved, redact);
  const again = (await replay(scope)).probes as Probes;
  return { first, again, saved: saved! };
}

describe('a recorded run', () => {
  it('gives the same answers again, in the same order', async () => {
    let count = 0;
    const use = async ({ ids }: Probes) => [await ids.now(), await ids.now(), await ids.now()];
    const { first, again } = await recordAndReplay({ ids: { now: async () => ++count } }, use);
    expect(first).toEqual([1, 2, 3]);
    expect(await use(again)).toEqual([1, 2, 3]);
    expect(await again.ids.now()).toBe(3);
  });

  it('rejects as it did, with code and details', async () => {
    const http = { request: () => Promise.reject(new ProbeError('ECONNRESET', 'reset', { address: '::1' })) };
    const use = ({ http: probe }: Probes) => probe.request({ url: 'http://x/' }).catch((error) => error);
    const { again } = await recordAndReplay({ http }, use);
    const error = await use(again);
    expect(error).toBeInstanceOf(ProbeError);
    expect(error).toMatchObject({ code: 'ECONNRESET', message: 'reset', details: { address: '::1' } });
  });

  it('has no answer to what was not asked', async () => {
    const { again } = await recordAndReplay({ http: {} }, async () => {});
    await expect(again.http.request({ url: 'http://x/' })).rejects.toMatchObject({ code: 'NOT_RECORDED' });
  });

  it('does not answer where there was no answer when the attempt ended', async () => {
    const http = { request: () => new Promise(() => {}) };
    const { again } = await recordAndReplay({ http }, async ({ http: probe }) => {
      void probe.request({ url: 'http://x/' });
    });
    const nothing = new Promise((resolve) => setImmediate(() => resolve('nothing')));
    expect(await Promise.race([again.http.request({ url: 'http://x/' }), nothing])).toBe('nothing');
  });

  it('finds what was asked with a secret, without keeping the secret', async () => {
    const redact = (text: string) => text.replaceAll('hunter2', '[redacted]');
    const use = ({ http }: Probes) =>
      http.request({ url: 'http://x/', headers: { authorization: 'hunter2' } });
    const { again, saved } = await recordAndReplay(
      { http: { request: async () => ({ status: 200 }) } },
      use,
      redact,
    );
    expect(JSON.stringify(saved)).not.toContain('hunter2');
    expect(await use(again)).toEqual({ status: 200 });
  });
});
