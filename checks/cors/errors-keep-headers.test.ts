import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { obstacles, oneOrigin, origin, webAway } from '../../src/testing/cors-answers.ts';
import { answering, refused, response } from '../../src/testing/responses.ts';
import errors from './errors-keep-headers.ts';

testCheck(
  errors,
  {
    passes: [
      {
        when: 'every error has the header',
        probes: answering(({ url }) => response(url.endsWith('/me') ? 401 : 404, '', origin)),
        summary: '401 and 404 keep the header; no 5xx was seen (option paths)',
      },
      {
        when: 'a 500 keeps it too',
        probes: answering(response(500, '', origin)),
        summary: '500 keep the header',
      },
      { when: 'it is the origin of the API', probes: answering(refused), stack: oneOrigin },
    ],
    fails: [
      ...obstacles,
      { when: 'a path is no error', code: 'not-an-error', probes: answering(response(200, '', origin)) },
      { when: 'a 429 loses it', code: 'header-lost', probes: answering(response(429)) },
      {
        when: 'one error loses the header',
        code: 'header-lost',
        probes: answering(({ url }) => response(404, '', url.endsWith('/me') ? {} : origin)),
      },
      {
        when: 'cookies are sent, and every origin is allowed',
        code: 'header-lost',
        probes: answering(response(404, '', { 'access-control-allow-origin': '*' })),
        options: { credentials: true },
      },
    ],
    skips: [{ when: 'the web app has no address', probes: answering(refused), stack: webAway }],
  },
  { describe, it },
);
