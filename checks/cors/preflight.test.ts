import { describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../src/check/probes.ts';
import { testCheck, verdictOf } from '../../src/check/tester.ts';
import { obstacles, oneOrigin, origin, web, webAway } from '../../src/testing/cors-answers.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { response, timedOut } from '../../src/testing/responses.ts';
import { answerOf, type HttpAnswer, serving } from '../../src/testing/stub-probes.ts';
import preflight from './preflight.ts';

const granted = {
  ...origin,
  'access-control-allow-methods': 'GET, PUT',
  'access-control-allow-headers': 'Authorization, Content-Type, traceparent, X-Service-Name',
};

/** An API of one path: its preflight, its GET, and what OPTIONS answers that is no preflight. */
const at = (
  answer: HttpAnswer,
  get: HttpAnswer = answer,
  options: HttpAnswer = response(404),
  path = '/api/v1/preferences',
) =>
  serving(
    {
      [`GET ${path}`]: get,
      [`OPTIONS ${path}`]: (request) => {
        const isPreflight = 'access-control-request-method' in (request.headers ?? {});
        return answerOf(isPreflight ? answer : options, request);
      },
    },
    { headers: { origin: web }, timeoutMs: 4000 },
  );

/** Answers the preflight, and GET of the path with this status. */
const preflighted = (answer: HttpResponse | Error, get: HttpResponse | Error = response(401)) =>
  at(answer, get);

const grantedBut = (more: Record<string, string>) => preflighted(response(204, '', { ...granted, ...more }));

testCheck(
  preflight,
  {
    passes: [
      {
        when: 'all is granted',
        probes: preflighted(response(204, '', granted)),
        summary: 'granted with 204',
      },
      {
        when: 'a safelisted method is not listed',
        probes: grantedBut({ 'access-control-allow-methods': '' }),
        options: { method: 'post' },
      },
      {
        when: 'a browser sends no preflight',
        probes: preflighted(response(404)),
        options: { method: 'GET', headers: ['Accept'] },
        summary: /without a preflight/,
      },
      {
        when: 'methods and headers are wildcards',
        probes: grantedBut({ 'access-control-allow-methods': '*', 'access-control-allow-headers': '*' }),
        options: { headers: ['traceparent'] },
      },
      {
        when: 'the path has no GET',
        probes: preflighted(response(204, '', granted), response(405)),
      },
      {
        when: 'OPTIONS names the methods of the path',
        probes: at(response(200, '', granted), response(404), response(200, '', { allow: 'GET, PUT' })),
      },
      {
        when: 'the path is the one of the options',
        options: { path: '/songs' },
        probes: at(response(200, '', granted), response(200), response(404), '/songs'),
      },
      { when: 'it is the origin of the API', probes: {}, stack: oneOrigin },
    ],
    fails: [
      ...obstacles(at).slice(0, 3),
      { when: 'there are too many requests', code: 'rate-limited', probes: preflighted(response(429)) },
      {
        when: 'the status is an error',
        code: 'wrong-status',
        probes: preflighted(response(405, '', granted)),
      },
      ...[410, 501].map((status) => ({
        when: `GET answers ${status}, and the preflight an error`,
        code: 'no-endpoint' as const,
        probes: preflighted(response(405, '', granted), response(status)),
      })),
      {
        when: 'OPTIONS names other methods of the path',
        code: 'no-endpoint',
        probes: at(response(404), response(404), response(200, '', { allow: 'GET, OUTPUT' })),
      },
      {
        when: 'the path fails and its preflight is refused',
        code: 'origin-missing',
        probes: preflighted(response(204), response(500)),
      },
      {
        when: 'the status is 300',
        code: 'wrong-status',
        probes: preflighted(response(300, '', granted)),
      },
      {
        when: 'the preflight fails and the path does not',
        code: 'wrong-status',
        probes: preflighted(response(500), response(200)),
        expected:
          'PUT with authorization,content-type,traceparent,x-service-name is granted to http://localhost:3000',
      },
      {
        when: 'no header is asked for',
        code: 'method-missing',
        options: { headers: [] },
        probes: grantedBut({ 'access-control-allow-methods': 'GET' }),
        expected: 'PUT with no further header is granted to http://localhost:3000',
      },
      {
        when: 'nothing answers but the preflight, which is refused',
        code: 'no-endpoint',
        probes: at(response(204), timedOut, timedOut),
      },
      {
        when: 'an early response precedes the answer',
        code: 'wrong-status',
        probes: preflighted(response(199, '', granted)),
      },
      { when: 'it is redirected', code: 'wrong-status', probes: preflighted(response(307, '', granted)) },
      { when: 'the origin is absent', code: 'origin-missing', probes: preflighted(response(204)) },
      {
        when: 'cookies are not allowed',
        code: 'no-credentials',
        probes: preflighted(response(204, '', granted)),
        options: { credentials: true },
      },
      {
        when: 'the method is absent',
        code: 'method-missing',
        probes: grantedBut({ 'access-control-allow-methods': 'GET' }),
      },
      {
        when: 'the method is in lower case',
        code: 'method-missing',
        probes: grantedBut({ 'access-control-allow-methods': 'get, put' }),
        actual: 'allowed: get, put',
      },
      {
        when: 'patch in lower case is sent as it is',
        code: 'method-missing',
        probes: grantedBut({ 'access-control-allow-methods': 'PATCH' }),
        options: { method: 'patch' },
      },
      {
        when: 'traceparent is not allowed',
        code: 'headers-missing',
        actual: 'not allowed: traceparent, x-service-name',
        probes: grantedBut({ 'access-control-allow-headers': 'authorization, content-type' }),
      },
      {
        when: 'a wildcard is expected to include Authorization',
        code: 'headers-missing',
        actual: 'not allowed: authorization',
        probes: grantedBut({ 'access-control-allow-headers': '*' }),
      },
      {
        when: 'a wildcard is a name like any other with cookies',
        code: 'headers-missing',
        probes: grantedBut({
          'access-control-allow-headers': '*',
          'access-control-allow-credentials': 'true',
        }),
        options: { credentials: true, headers: ['traceparent'] },
      },
      {
        when: 'the path serves nothing',
        code: 'no-endpoint',
        probes: preflighted(response(404), response(404)),
      },
      { when: 'the path fails', code: 'not-judged', probes: preflighted(response(500), response(500)) },
    ],
    skips: [
      {
        when: 'it is granted on a path that was not seen to serve anything',
        probes: preflighted(response(204, '', granted), response(404)),
        reason: /GET http:\/\/localhost:8000\/api\/v1\/preferences answers 404/,
      },
      {
        when: 'nothing answers but the preflight',
        probes: at(response(204, '', granted), timedOut, timedOut),
        reason: /answers nothing: that the path serves PUT was not seen$/,
        enable: /path that serves GET/,
      },
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

it('asks for permissions as a browser does: in lower case, sorted, without safelisted headers', async () => {
  const asked: HttpRequest[] = [];
  await verdictOf(preflight, {
    probes: at((request) => {
      asked.push(request);
      return response(204, '', granted);
    }),
    options: { method: 'put', headers: ['X-B', 'Accept', 'X-A', 'x-b'] },
  });
  expect(asked[0]?.headers).toEqual({
    origin: web,
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'x-a,x-b',
  });
});

it('shows each response', async () => {
  const labels = await evidenceLabels(preflight, { probes: preflighted(response(204, '', granted)) });
  expect(labels).toEqual(['pass', 'preflight', 'the path itself']);
});
