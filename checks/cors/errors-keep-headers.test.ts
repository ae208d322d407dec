import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { obstacles, oneOrigin, origin, web, webAway } from '../../src/testing/cors-answers.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { response } from '../../src/testing/responses.ts';
import { type HttpAnswer, serving } from '../../src/testing/stub-probes.ts';
import errors from './errors-keep-headers.ts';

/** An API of the two default paths: one that is unknown, and one that needs a token. */
const at = (unknown: HttpAnswer, me = unknown) =>
  serving(
    { 'GET /meatymusic-verify-no-such-page': unknown, 'GET /api/v1/me': me },
    { headers: { origin: web }, timeoutMs: 4000 },
  );

testCheck(
  errors,
  {
    passes: [
      {
        when: 'every error has the header',
        probes: at(response(404, '', origin), response(401, '', origin)),
        summary: '401 and 404 keep the header; no 5xx was seen (option paths)',
      },
      {
        when: 'a 500 keeps it too',
        probes: at(response(500, '', origin)),
        summary: '500 keep the header',
      },
      {
        when: 'a 500 is one of two errors, and the other one is 400',
        probes: at(response(500, '', origin), response(400, '', origin)),
        summary: '400 and 500 keep the header',
      },
      { when: 'it is the origin of the API', probes: {}, stack: oneOrigin },
    ],
    fails: [
      ...obstacles(at),
      {
        when: 'a path is no error',
        code: 'not-an-error',
        probes: at(response(404, '', origin), response(399, '', origin)),
      },
      { when: 'a 429 loses it', code: 'header-lost', probes: at(response(429)) },
      {
        when: 'one error loses the header',
        code: 'header-lost',
        probes: at(response(404, '', origin), response(404)),
      },
      {
        when: 'cookies are sent, and every origin is allowed',
        code: 'header-lost',
        probes: at(response(404, '', { 'access-control-allow-origin': '*' })),
        options: { credentials: true },
      },
    ],
    skips: [
      {
        when: 'the web app has no address',
        probes: {},
        stack: webAway,
        reason: /it does not run/,
        enable: 'meatymusic up',
      },
    ],
  },
  { describe, it },
);

it('shows each response', async () => {
  const labels = await evidenceLabels(errors, { probes: at(response(404, '', origin)) });
  expect(labels).toEqual(['pass', '/meatymusic-verify-no-such-page', '/api/v1/me']);
});
