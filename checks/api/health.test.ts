import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { cut, late } from '../../src/testing/api-answers.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { refused, response } from '../../src/testing/responses.ts';
import { type HttpAnswer, serving } from '../../src/testing/stub-probes.ts';
import health from './health.ts';

const at = (answer: HttpAnswer) => serving({ 'GET /health': answer });

testCheck(
  health,
  {
    passes: [
      { when: 'it answers 200', probes: at(response(200)), summary: '200 in 3 ms' },
      {
        when: 'the address of the API has a path',
        stack: { services: { api: { url: 'http://localhost:8000/v1' } } },
        probes: serving({ 'GET /v1/health': response(200) }),
      },
      {
        when: 'its endpoint has another path',
        stack: { services: { api: { healthPath: '/live?full=1' } } },
        probes: serving({ 'GET /live?full=1': response(200) }),
      },
      { when: 'it means to answer 401', options: { status: 401 }, probes: at(response(401)) },
    ],
    fails: [
      {
        when: 'nothing answers',
        code: 'unreachable',
        probes: at(refused),
        expected: 'GET http://localhost:8000/health answers 200',
      },
      { when: 'no answer comes', code: 'timeout', probes: at(late) },
      { when: 'the answer breaks off', code: 'unreadable', probes: at(cut) },
      { when: 'it answers 503', code: 'wrong-status', probes: at(response(503)) },
      { when: 'it answers another success', code: 'wrong-status', probes: at(response(204)) },
      {
        when: 'it redirects',
        code: 'wrong-status',
        probes: at(response(302, '', { location: '/login' })),
        actual: 'it answers 302 with Location: /login',
      },
      { when: 'it has no such endpoint', code: 'no-endpoint', probes: at(response(404)) },
      { when: 'it needs a token', code: 'needs-a-token', probes: at(response(401)) },
      { when: 'it forbids the request', code: 'needs-a-token', probes: at(response(403)) },
      { when: 'the limit is reached', code: 'rate-limited', probes: at(response(429)) },
    ],
  },
  { describe, it },
);

it('shows the response', async () => {
  expect(await evidenceLabels(health, { probes: at(response(200)) })).toEqual(['pass', 'health']);
  expect(await evidenceLabels(health, { probes: at(response(503)) })).toEqual(['wrong-status', 'health']);
});
