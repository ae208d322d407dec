import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { refused, response } from '../../src/testing/responses.ts';
import { notStoppable, serving, stoppable } from '../../src/testing/stub-probes.ts';
import tellsTruth from './ready-tells-truth.ts';

type Answer = ReturnType<typeof response> | Error;

/** An API whose readiness depends on the database: it answers `before`, `away` and `back`, each from its n-th request on. */
function readiness(before: Answer, away: Answer, back: Answer, { away: late = 1, back: later = 1 } = {}) {
  const { control, isRunning } = stoppable('database');
  const asked = { away: 0, back: 0 };
  let wasStopped = false;
  let now = 0;
  const answer = () => {
    if (!isRunning()) {
      wasStopped = true;
      return ++asked.away < late ? before : away;
    }
    if (!wasStopped) return before;
    return ++asked.back < later ? away : back;
  };
  return {
    control,
    ids: {
      now: () => {
        now += 1000;
        return now;
      },
      pause: ({ ms }: { ms: number }) =>
        (ms === 100 ? undefined : new TypeError(`a pause of ${ms} ms`)) as never,
    },
    ...serving({ 'GET /health/ready': answer }),
  };
}

const [up, down] = [response(200), response(503)];

testCheck(
  tellsTruth,
  {
    passes: [
      {
        when: 'it turns and comes back',
        probes: readiness(up, down, up),
        summary: '200 before, 503 without the database, 200 after',
      },
      {
        when: 'it turns and comes back after some requests',
        probes: readiness(up, down, up, { away: 3, back: 3 }),
      },
      {
        when: 'it does not answer at all meanwhile',
        probes: readiness(up, refused, up),
        summary: '200 before, no answer without the database, 200 after',
      },
      {
        when: 'it means ready by another status',
        probes: readiness(response(204), up, response(204)),
        options: { status: 204 },
      },
    ],
    fails: [
      {
        when: 'it was not ready before',
        code: 'not-ready-before',
        probes: readiness(down, down, up),
        expected: 'GET http://localhost:8000/health/ready answers 200',
        actual: 'it answers 503',
      },
      {
        when: 'it does not answer before',
        code: 'not-ready-before',
        probes: readiness(refused, down, up),
      },
      { when: 'it stays 200', code: 'lies', probes: readiness(up, up, up), actual: 'it answers 200' },
      {
        when: 'it notices too late',
        code: 'lies',
        probes: readiness(up, down, up, { away: 3 }),
        options: { withinMs: 1500 },
      },
      {
        when: 'it notices after the time that is left for the check',
        code: 'lies',
        probes: readiness(up, down, up, { away: 4 }),
      },
      {
        when: 'it never comes back',
        code: 'does-not-recover',
        probes: readiness(up, down, down),
        actual: 'it answers 503',
      },
      { when: 'it is gone for ever', code: 'does-not-recover', probes: readiness(up, refused, refused) },
    ],
    skips: [
      {
        when: 'the database cannot be stopped',
        probes: notStoppable('database'),
        reason: /cannot be stopped from here/,
        enable: 'meatymusic up',
      },
    ],
  },
  { describe, it },
);

it('shows the response of each phase', async () => {
  const labels = (...answers: [Answer, Answer, Answer]) =>
    evidenceLabels(tellsTruth, { probes: readiness(...answers) });
  const all = ['before', 'database away', 'database back', 'database'];
  expect(await labels(up, down, up)).toEqual(['pass', ...all]);
  expect(await labels(down, down, up)).toEqual(['not-ready-before', 'before']);
  expect(await labels(up, up, up)).toEqual(['lies', 'before', 'database away']);
  expect(await labels(up, down, down)).toEqual(['does-not-recover', ...all]);
});
