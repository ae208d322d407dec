import type { Exchanged } from '../check/exchange.ts';
import type { HttpResponse } from '../check/probes.ts';
import { obstacleCodes, obstacleOf, servesNothing } from './endpoint-answer.ts';

/** Failures of a request with a token, or without one, that both suites of the area share. */
export const answerCodes = {
  ...obstacleCodes,
  'no-endpoint': {
    headline: 'There is no endpoint at the path of the check',
    means: 'the path answers 404, or does not support this method',
    hint: 'name an endpoint that needs a token: options: { auth: { path: …, method: … } } in the configuration',
  },
  redirected: {
    headline: 'The path of the check redirects elsewhere',
    means: 'the response is a redirect that does not lead to a login page',
    hint: 'name the path that it leads to: options: { auth: { path: … } } in the configuration',
  },
  'not-judged': {
    headline: 'The API fails before it judges the token',
    means: 'the API answers 5xx, which neither accepts nor refuses the token',
    hint: 'can the API fetch its key set (JWKS)? meatymusic logs api --since 5m',
  },
} as const;

/** What an answer says about the request's token. */
export type Judgement = keyof typeof answerCodes | 'accepted' | 'refused' | 'other-refusal' | 'other-error';

export interface JudgedAnswer {
  judgement: Judgement;
  status?: number;
  /** For `actual` of a failure. */
  actual: string;
}

/** Judges an answer; `refusals` are the statuses that refuse, of which redirects count where they lead to a login. */
export function judgeAnswer(asked: Exchanged, url: string, refusals: readonly number[]): JudgedAnswer {
  const { response } = asked;
  if (!response) return { judgement: obstacleOf(asked) ?? 'unreachable', actual: asked.actual };
  const { status } = response;
  return {
    judgement: judgementOf(response, url, refusals),
    status,
    actual: describe(asked.actual, response),
  };
}

function judgementOf(response: HttpResponse, url: string, refusals: readonly number[]): Judgement {
  const { status } = response;
  const isRedirect = status >= 300 && status < 400;
  const toLogin = isRedirect && leadsToLogin(response.headers.location, url);
  if (refusals.includes(status) && (!isRedirect || toLogin)) return 'refused';
  if (toLogin) return 'other-refusal';
  if (isRedirect) return 'redirected';
  if (status === 429) return 'rate-limited';
  if (servesNothing(status)) return 'no-endpoint';
  if (status >= 500) return 'not-judged';
  if (status < 300) return 'accepted';
  // RFC 6750, 3.1: the token is valid, its rights are not enough.
  if (status === 403 && challengeOf(response).error === 'insufficient_scope') return 'accepted';
  return status === 401 || status === 403 || status === 407 ? 'other-refusal' : 'other-error';
}

/** The challenge of an answer: `error` and `error_description` of `WWW-Authenticate` (RFC 6750, 3). */
export function challengeOf({ headers }: HttpResponse): { error?: string; description?: string } {
  const challenge = headers['www-authenticate'] ?? '';
  const value = (name: string) =>
    new RegExp(`(?:^|[\\s,])${name}\\s*=\\s*(?:"([^"]{0,200})|([\\w-]{1,100}))`, 'i').exec(challenge);
  const [error, description] = [value('error'), value('error_description')].map(
    (found) => found?.[1] ?? found?.[2],
  );
  return { ...(error ? { error } : {}), ...(description ? { description } : {}) };
}

const loginPath =
  /(?:^|[/_.-])(?:log[_-]?in|log[_-]?on|sign[_-]?in|sso|saml2?|oauth2?|oidc|openid|authorize|authenticate|sessions?\/new)(?:[/_.-]|$)/i;
const loginHost = /^(?:log-?in|sign-?in|sso|auth|oauth2?|id|idp|identity|accounts?)\./i;

/** True for a redirect to a page on which users identify themselves; not for one to another spelling of the same path. */
function leadsToLogin(location: string | undefined, url: string): boolean {
  if (!location || !URL.canParse(location, url)) return false;
  const from = new URL(url);
  const to = new URL(location, url);
  const bare = (path: string) => path.replace(/\/+$/, '').toLowerCase();
  if (bare(to.pathname) === bare(from.pathname)) return false;
  return loginPath.test(to.pathname) || (to.host !== from.host && loginHost.test(to.hostname));
}

function describe(actual: string, response: HttpResponse): string {
  const { error, description } = challengeOf(response);
  const said = [error, description].filter((each) => each !== undefined).join(': ');
  return said ? `${actual} (${said})` : actual;
}
