import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { refused, response } from '../../src/testing/responses.ts';
import { notStoppable, serving, stoppable } from '../../src/testing/stub-probes.ts';
import degrades from './degrades.ts';

type Answer = ReturnType<typeof response> | Error;

interface Answers {
  /** Of the path, with Redis, without it, and once it is back. */
  path?: [before: Answer, without: Answer, after: Answer];
  ready?: [before: Answer, without: Answer, after: Answer];
  /** Requests after the return of Redis that are still answered as without it. */
  late?: number;
  at?: [path: string, ready: string];
}

const ready = (cache: string, latency = 0.25) =>
  response(200, { cache, latency_ms: latency, at: '2026-01-01T00:00:00.000Z', trace_id: 'ab'.repeat(16) });

const ok = response(200);

/** An API whose answers depend on whether Redis runs. */
function api({
  path = [ok, ok, ok],
  ready: readiness = [ready('up'), ready('down'), ready('up', 7)],
  late = 0,
  at = ['/', '/health/ready'],
}: Answers = {}) {
  const { control, isRunning } = stoppable('cache');
  let wasStopped = false;
  let now = 0;
  const phase = (asked: number) => {
    if (!isRunning()) {
      wasStopped = true;
      return 1;
    }
    if (!wasStopped) return 0;
    return asked > late ? 2 : 1;
  };
  const counted = (answers: readonly Answer[]) => {
    let after = 0;
    return () => answers[phase(wasStopped && isRunning() ? ++after : 0)]!;
  };
  return {
    control,
    redis: {},
    ids: {
      now: () => {
        now += 1000;
        return now;
      },
      pause: ({ ms }: { ms: number }) =>
        (ms === 100 ? undefined : new TypeError(`a pause of ${ms} ms`)) as never,
    },
    ...serving({ [`GET ${at[0]}`]: counted(path), [`GET ${at[1]}`]: counted(readiness) }),
  };
}

testCheck(
  degrades,
  {
    passes: [
      {
        when: 'it answers without, and as before afterwards',
        probes: api(),
        summary: 'answered without Redis, and as before after it came back',
      },
      { when: 'it recovers after some requests', probes: api({ late: 2 }) },
      {
        when: 'the options name the paths and the status',
        probes: api({
          at: ['/songs', '/state'],
          path: [response(204), response(204), response(204)],
        }),
        options: { path: '/songs', readyPath: '/state', status: 204 },
      },
    ],
    fails: [
      {
        when: 'it fails before',
        code: 'fails-before',
        probes: api({ path: [response(500), ok, ok] }),
        expected: 'GET http://localhost:8000/ answers 200',
        actual: 'it answers 500',
      },
      { when: 'nothing answers before', code: 'fails-before', probes: api({ path: [refused, ok, ok] }) },
      {
        when: 'it fails without Redis',
        code: 'fails-without',
        probes: api({ path: [ok, response(500), ok] }),
        expected: 'GET http://localhost:8000/ answers 200 without Redis',
        actual: 'it answers 500',
      },
      { when: 'it hangs without Redis', code: 'fails-without', probes: api({ path: [ok, refused, ok] }) },
      {
        when: 'the cache stays unused',
        code: 'does-not-recover',
        actual: /^readiness: \{"cache":"down"/,
        probes: api({ ready: [ready('up'), ready('down'), ready('down')] }),
      },
      {
        when: 'readiness has another status afterwards',
        code: 'does-not-recover',
        probes: api({ ready: [ready('up'), ready('up'), response(503, ready('up').body)] }),
      },
      {
        when: 'readiness is gone afterwards',
        code: 'does-not-recover',
        actual: /^readiness: localhost:8000: ECONNREFUSED/,
        probes: api({ ready: [ready('up'), ready('down'), refused] }),
      },
      {
        when: 'the request fails afterwards',
        code: 'does-not-recover',
        actual: 'it answers 500',
        probes: api({ path: [ok, ok, response(500)] }),
      },
      {
        when: 'it recovers after the time that is left for the check',
        code: 'does-not-recover',
        probes: api({ late: 3 }),
      },
      {
        when: 'the body of readiness names another state in hexadecimal letters',
        code: 'does-not-recover',
        actual: `readiness: {"cache":"${'dead '.repeat(100)}`.slice(0, 311),
        probes: api({ ready: [ready('feed '.repeat(100)), ready('down'), ready('dead '.repeat(100))] }),
      },
      {
        when: 'it recovers too late',
        code: 'does-not-recover',
        expected: 'as before within 1500 ms',
        probes: api({ late: 3 }),
        options: { withinMs: 1500 },
      },
    ],
    skips: [
      {
        when: 'Redis cannot be stopped',
        probes: { ...notStoppable('cache'), redis: {} },
        reason: /cannot be stopped from here/,
        enable: 'meatymusic up',
      },
    ],
  },
  { describe, it },
);

it('shows the responses of each phase', async () => {
  const labels = (given: Answers) => evidenceLabels(degrades, { probes: api(given) });
  const all = ['before', 'without Redis', 'readiness without Redis', 'after', 'readiness after'];
  expect(await labels({})).toEqual(['pass', ...all]);
  expect(await labels({ path: [refused, ok, ok] })).toEqual(['fails-before', 'before']);
  expect(await labels({ path: [ok, refused, ok] })).toEqual(['fails-without', 'before', 'without Redis']);
  expect(await labels({ path: [ok, ok, refused] })).toEqual(['does-not-recover', ...all]);
});

it('judges an API without readiness by its request alone', async () => {
  const gone: [Answer, Answer, Answer] = [refused, refused, refused];
  expect((await evidenceLabels(degrades, { probes: api({ ready: gone }) }))[0]).toBe('pass');
});
