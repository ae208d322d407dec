import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { none, type ServedAt, traced, wrong } from '../../src/testing/error-answers.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { envelope, response } from '../../src/testing/responses.ts';
import { answerOf, notStoppable, serving, stoppable } from '../../src/testing/stub-probes.ts';
import serverError from './server-error.ts';

/** An API that answers so while the database is stopped, to a request with the token of the check. */
const at: ServedAt = (answer) => {
  const { control, isRunning } = stoppable('database');
  const whileStopped: typeof answer = (request) => {
    if (isRunning()) throw new TypeError('the database runs, so that nothing fails');
    return answerOf(answer, request);
  };
  const headers = { ...traced, authorization: 'Bearer token.valid.signature' };
  return { control, ...serving({ 'GET /api/v1/me': whileStopped }, { headers, timeoutMs: 10_000 }) };
};

testCheck(
  serverError,
  {
    passes: [
      {
        when: 'it answers 503',
        probes: at(response(503, envelope('unavailable'))),
        summary: '503 unavailable',
      },
    ],
    fails: wrong(500, at),
    skips: [
      {
        when: 'the database cannot be stopped',
        probes: notStoppable('database'),
        reason: /cannot be stopped from here/,
        enable: 'meatymusic up',
      },
      {
        when: 'there is no token',
        probes: { control: at(response(500)).control, ...none },
        reason: /no token/,
        enable: 'auth.token',
      },
    ],
  },
  { describe, it },
);

it('shows the response', async () => {
  const labels = await evidenceLabels(serverError, { probes: at(response(200)) });
  expect(labels).toEqual(['wrong-status', 'without the database']);
});
