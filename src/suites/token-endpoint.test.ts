import { describe, expect, test } from 'vitest';
import type { HttpRequest } from '../check/probes.ts';
import { response } from '../testing/responses.ts';
import type { JudgedAnswer, Judgement } from './token-answer.ts';
import {
  describeRefusals,
  isLetIn,
  isObstacle,
  isRefusal,
  refusalCodeOf,
  TokenEndpoint,
} from './token-endpoint.ts';

const answer = (judgement: Judgement, status = 200): JudgedAnswer => ({ judgement, status, actual: '' });
const judgements: Judgement[] = [
  ...([
    'accepted',
    'refused',
    'other-refusal',
    'other-error',
    'redirected',
    'no-endpoint',
    'not-judged',
  ] as const),
  ...(['unreachable', 'timeout', 'unreadable', 'rate-limited'] as const),
];
const those = (is: (each: JudgedAnswer) => boolean) => judgements.filter((each) => is(answer(each)));

test('answers are refusals, obstacles, or let in', () => {
  expect(those(isRefusal)).toEqual(['refused', 'other-refusal']);
  expect(those(isObstacle)).toEqual(['unreachable', 'timeout', 'rate-limited']);
  const bare = answer('refused', 401);
  expect(those((each) => isLetIn(each, bare))).toEqual(['accepted', 'other-error', 'redirected']);
  // As without a token: the authentication was not passed.
  expect(those((each) => isLetIn({ ...each, status: 401 }, bare))).toEqual(['accepted']);
});

test('every answer that is no configured refusal has a code', () => {
  expect(judgements.map((each) => refusalCodeOf(answer(each)))).toEqual([
    ...[
      'accepted',
      'wrong-status',
      'wrong-status',
      'wrong-status',
      'redirected',
      'no-endpoint',
      'not-judged',
    ],
    ...['unreachable', 'timeout', 'unreadable', 'rate-limited'],
  ]);
});

test.each([
  [[401], '401'],
  [[401, 403], '401 or 403'],
  [[401, 302, 303], '401 or a redirect to a login'],
  [[300], 'a redirect to a login'],
  [[399, 400], '400 or a redirect to a login'],
  [[299], '299'],
])('the refusals %j are %s', (statuses, text) => {
  expect(describeRefusals(statuses)).toBe(text);
});

describe('the endpoint', () => {
  const endpoint = { path: '/api/v1/me', method: 'POST', body: '{"a":1}', withinMs: 700 };

  test('is named by its method and address', () => {
    const http = { request: async () => response(200) };
    expect(new TokenEndpoint(http, { url: 'http://localhost:8000/v1' }, endpoint).name).toBe(
      'POST http://localhost:8000/v1/api/v1/me',
    );
  });

  test('gets the body and the token, if there are any, and keeps the evidence of all', async () => {
    const requests: HttpRequest[] = [];
    const http = {
      request: async (request: HttpRequest) => {
        requests.push(request);
        return response(401);
      },
    };
    const api = { url: 'http://localhost:8000' };
    const posted = new TokenEndpoint(http, api, endpoint);
    expect((await posted.send('first', [401], 'a.b.c')).judgement).toBe('refused');
    await posted.send('second', [401]);
    await new TokenEndpoint(http, api, { ...endpoint, method: 'GET', body: '' }).send('third', [401]);
    const url = 'http://localhost:8000/api/v1/me';
    const json = { 'content-type': 'application/json' };
    expect(requests).toEqual([
      {
        url,
        method: 'POST',
        timeoutMs: 700,
        body: '{"a":1}',
        headers: { authorization: 'Bearer a.b.c', ...json },
      },
      { url, method: 'POST', timeoutMs: 700, body: '{"a":1}', headers: json },
      { url, method: 'GET', timeoutMs: 700, headers: {} },
    ]);
    expect(posted.evidence.map(({ label }) => label)).toEqual(['first', 'second']);
  });
});
