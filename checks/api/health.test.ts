import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { cut, late } from '../../src/testing/api-answers.ts';
import { answering, refused, response } from '../../src/testing/responses.ts';
import health from './health.ts';

testCheck(
  health,
  {
    passes: [
      { when: 'it answers 200', probes: answering(response(200)), summary: '200 in 3 ms' },
      {
        when: 'the address of the API has a path',
        stack: { services: { api: { url: 'http://localhost:8000/v1' } } },
        probes: answering(({ url }) => response(url === 'http://localhost:8000/v1/health' ? 200 : 404)),
      },
      { when: 'it means to answer 401', options: { status: 401 }, probes: answering(response(401)) },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      { when: 'no answer comes', code: 'timeout', probes: answering(late) },
      { when: 'the answer breaks off', code: 'unreadable', probes: answering(cut) },
      { when: 'it answers 503', code: 'wrong-status', probes: answering(response(503)) },
      {
        when: 'it redirects',
        code: 'wrong-status',
        probes: answering(response(302, '', { location: '/login' })),
        actual: 'it answers 302 with Location: /login',
      },
      { when: 'it has no such endpoint', code: 'no-endpoint', probes: answering(response(404)) },
      { when: 'it needs a token', code: 'needs-a-token', probes: answering(response(401)) },
      { when: 'the limit is reached', code: 'rate-limited', probes: answering(response(429)) },
    ],
  },
  { describe, it },
);
