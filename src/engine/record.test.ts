import { describe, expect, it } from 'vitest';
import { UndeclaredEffect } from '../check/effects.ts';
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
  outOfTime() {},
  timeoutMs: 5000,
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

  it('gives each question its own answer, in whatever order they are asked', async () => {
    const http = { request: async ({ url }: { url: string }) => ({ url, got: url }) };
    const ask = (probe: Probes['http'], url: string) => probe.request({ url }) as unknown;
    const { again } = await recordAndReplay({ http }, async ({ http: probe }) => {
      await ask(probe, 'http://x/1');
      await ask(probe, 'http://x/2');
    });
    expect(await ask(again.http, 'http://x/2')).toMatchObject({ got: 'http://x/2' });
    expect(await ask(again.http, 'http://x/1')).toMatchObject({ got: 'http://x/1' });
  });

  it('keeps what is no call, and an answer that is nothing', async () => {
    const ids = { prefix: 'run', now: async () => undefined };
    let seen: unknown;
    const { again } = await recordAndReplay({ ids }, async ({ ids: probe }) => {
      seen = (probe as unknown as typeof ids).prefix;
      await probe.now();
    });
    expect(seen).toBe('run');
    expect(await again.ids.now()).toBeNull();
  });

  it('masks headers of HTTP alone, and no pair that is none', async () => {
    const pairs = [
      ['authorization', 5],
      [1, 'cookie'],
      ['authorization', 'Bearer abc'],
    ];
    const use = async ({ http, ids }: Probes) => [
      await http.request({ url: 'http://x/' }),
      await (ids as unknown as { row(): Promise<unknown> }).row(),
    ];
    const row = { authorization: 'a column' };
    const { again } = await recordAndReplay(
      { http: { request: async () => pairs }, ids: { row: async () => row } },
      use,
    );
    expect(await use(again)).toEqual([
      [pairs[0], pairs[1], ['authorization', expect.not.stringContaining('abc')]],
      row,
    ]);
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
    await expect(again.http.request({ url: 'http://x/' })).rejects.toMatchObject({
      code: 'NOT_RECORDED',
      message: 'the bundle holds no answer to http.request({"url":"http://x/"})',
    });
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

  it('keeps no credentials of HTTP, in maps and in pairs', async () => {
    const rawHeaders = [
      ['Set-Cookie', 'sid=hunter2'],
      ['Age', '1'],
      ['a', 'b', 'c'],
    ];
    const answer = {
      status: 200,
      headers: { 'set-cookie': 'sid=hunter2', age: '1' },
      rawHeaders,
      body: null,
    };
    const use = ({ http }: Probes) =>
      http.request({ url: 'http://x/', headers: { authorization: 'Bearer hunter2' } });
    const { again, saved } = await recordAndReplay({ http: { request: async () => answer } }, use);
    expect(JSON.stringify(saved)).not.toContain('hunter2');
    expect(saved).toMatchObject({
      checkId: 'a/one',
      attempt: 1,
      calls: [{ probe: 'http', method: 'request' }],
    });
    expect(await use(again)).toMatchObject({
      headers: { age: '1' },
      rawHeaders: [
        ['Set-Cookie', expect.any(String)],
        ['Age', '1'],
        ['a', 'b', 'c'],
      ],
    });
  });

  it('replays an effect that a probe refused as such, and an error without a code', async () => {
    const ids = {
      now: () => Promise.reject(new UndeclaredEffect('it writes')),
      uuid: () => Promise.reject(new Error('boom')),
    };
    const { again, saved } = await recordAndReplay({ ids }, async ({ ids: probe }) => {
      await probe.now().catch(() => {});
      await probe.uuid().catch(() => {});
    });
    await expect(again.ids.now()).rejects.toThrow(UndeclaredEffect);
    await expect(again.ids.uuid()).rejects.toMatchObject({ code: 'UNKNOWN', message: 'boom', details: {} });
    expect(saved.calls[1]?.error).toMatchObject({ code: 'UNKNOWN' });
  });

  it('is saved also where the probes cannot be closed', async () => {
    let saved: Recording | undefined;
    const record = recordProbes(
      () => ({ probes: {}, close: () => Promise.reject(new Error('stuck')) }),
      (recording) => {
        saved = recording;
      },
    );
    const opened = await record(scope);
    await expect(opened.close()).rejects.toThrow('stuck');
    expect(saved).toEqual({ checkId: 'a/one', attempt: 1, calls: [] });
  });

  it('answers with a copy, so that a check cannot change what the next call gets', async () => {
    const use = ({ http }: Probes) => http.request({ url: 'http://x/' });
    const { again } = await recordAndReplay({ http: { request: async () => ({ headers: {} }) } }, use);
    const first = await use(again);
    first.headers.changed = 'yes';
    expect(await use(again)).toEqual({ headers: {} });
  });

  it('reports what a page was kept from sending, as the run did', async () => {
    const visit = (blocked: boolean[]) => ({
      requests: blocked.map((each, index) => ({
        method: 'POST',
        url: `http://x/${index}`,
        ...(each && { blocked: true }),
      })),
    });
    const hinderedBy = async (answer: unknown) => {
      const recording = {
        checkId: 'a/one',
        attempt: 1,
        calls: [{ probe: 'ids', method: 'now', args: [], result: answer }],
      };
      const seen: string[] = [];
      const replay = replayProbes(
        async () => recording as Recording,
        (text) => text,
      );
      const { probes } = await replay({ ...scope, hinder: (what) => seen.push(what) });
      await (probes as Probes).ids.now();
      return seen;
    };
    expect(await hinderedBy(visit([false, true]))).toEqual(['POST http://x/1']);
    expect(await hinderedBy(visit([false]))).toEqual([]);
    expect(await hinderedBy(null)).toEqual([]);
    expect(await hinderedBy({ requests: 'none' })).toEqual([]);
  });

  it('has only the probes that the check needs, and none of them is a promise', async () => {
    const { again } = await recordAndReplay({ ids: { now: async () => 1 } }, async () => {});
    expect(Object.keys(again)).toEqual(['http', 'ids']);
    const ids = again.ids as unknown as Record<string | symbol, unknown>;
    expect([ids.then, ids.close, ids[Symbol.iterator]]).toEqual([undefined, undefined, undefined]);
  });

  it('of a check that was not recorded has no answer', async () => {
    const { probes } = await replayProbes(
      async () => undefined,
      (text) => text,
    )(scope);
    await expect((probes as Probes).ids.now()).rejects.toThrow('the bundle holds no answer to ids.now(');
  });
});
