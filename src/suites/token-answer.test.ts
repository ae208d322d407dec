import { expect, test } from 'vitest';
import type { Exchanged } from '../check/exchange.ts';
import { refused, response, timedOut } from '../testing/responses.ts';
import { judgeAnswer } from './token-answer.ts';

const url = 'http://api.test/v1/me';
const judge = (given: Partial<Exchanged>, refusals = [401, 302, 307]) =>
  judgeAnswer({ actual: `it answers ${given.response?.status}`, ...given } as Exchanged, url, refusals);
const redirect = (location: string, status = 302) => judge({ response: response(status, '', { location }) });

test.each([
  '/login',
  '/users/sign_in',
  '/signin?next=%2Fv1%2Fme',
  '/accounts/login/',
  '/session/new',
  '/oauth2/authorization/x',
  'https://id.test/realms/x/protocol/openid-connect/auth',
  'https://login.test/',
  'https://accounts.test/ServiceLogin',
])('a redirect to %s is a refusal', (location) => {
  expect(redirect(location).judgement).toBe('refused');
});

test.each([
  '/v2/me',
  'https://api.test/v1/me',
  '/v1/me/',
  '/v2/accounts/me',
  '/blogin-posts',
  '',
  'http://[',
])('a redirect to "%s" decides nothing', (location) => {
  expect(redirect(location).judgement).toBe('redirected');
});

test.each([
  [{ response: response(401) }, 'refused'],
  [{ response: response(403) }, 'other-refusal'],
  [{ response: response(403, '', { 'www-authenticate': 'Bearer error="insufficient_scope"' }) }, 'accepted'],
  [
    { response: response(403, '', { 'www-authenticate': 'Bearer scope="a", error=insufficient_scope' }) },
    'accepted',
  ],
  [{ response: response(301, '', { location: '/login' }) }, 'other-refusal'],
  [{ response: response(429) }, 'rate-limited'],
  [{ response: response(404) }, 'no-endpoint'],
  [{ response: response(405) }, 'no-endpoint'],
  [{ response: response(501) }, 'no-endpoint'],
  [{ response: response(502) }, 'not-judged'],
  [{ response: response(204) }, 'accepted'],
  [{ response: response(422) }, 'other-error'],
  [{ failure: { code: refused.code, message: '' } }, 'unreachable'],
  [{ failure: { code: timedOut.code, message: '' } }, 'timeout'],
] as const)('%j is %s', (given, judgement) => {
  expect(judge(given).judgement).toBe(judgement);
});

test.each([
  [{ response: response(300, '', { location: '/v2' }) }, 'redirected'],
  [{ response: response(401) }, 'other-refusal'],
  [{ response: response(407) }, 'other-refusal'],
  [
    { response: response(402, '', { 'www-authenticate': 'Bearer error="insufficient_scope"' }) },
    'other-error',
  ],
] as const)('where 403 is the refusal, %j is %s', (given, judgement) => {
  expect(judge(given, [403]).judgement).toBe(judgement);
});

test('a redirect to another spelling of the same path is no login, nor one within the host of the API', () => {
  const from = (path: string, location: string, host = 'login.test') => {
    const asked = { actual: '', response: response(302, '', { location }) } as Exchanged;
    return judgeAnswer(asked, `https://${host}${path}`, [302]).judgement;
  };
  expect(from('/auth/login', '/auth/login//')).toBe('redirected');
  expect(from('/auth/login', '/Auth/Login')).toBe('redirected');
  expect(from('/auth/login/a', '/auth/login')).toBe('refused');
  expect(from('/v1/me', '/v2/me')).toBe('redirected');
  expect(from('/v1/me', 'https://www.test/v2/me')).toBe('redirected');
  expect(from('/v1/me', 'https://login.test/', 'api.test')).toBe('refused');
});

test('a configured status is a refusal, whatever it means elsewhere', () => {
  expect(judge({ response: response(404) }, [404]).judgement).toBe('refused');
});

test('the challenge is shown, and a secret in the location is not', () => {
  const challenge = { 'www-authenticate': 'Bearer error="invalid_token", error_description="kid unknown"' };
  expect(judge({ response: response(401, '', challenge) }).actual).toBe(
    'it answers 401 (invalid_token: kid unknown)',
  );
  expect(redirect('https://user:hunter2@login.test/').actual).not.toContain('hunter2');
});
