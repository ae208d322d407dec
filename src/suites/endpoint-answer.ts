import { integer } from '../base/schema.ts';
import { type Exchanged, exchange } from '../check/exchange.ts';
import { option } from '../check/option.ts';
import type { HttpProbe, HttpRequest, IdsProbe } from '../check/probes.ts';

/** Codes of a request that says nothing about the claim of its check, whatever the path is. */
export const obstacleCodes = {
  unreachable: {
    headline: 'The API does not answer',
    means: 'nothing answers',
    hint: 'meatymusic status; meatymusic logs api',
  },
  timeout: {
    headline: 'The API does not answer in time',
    means: 'the response did not arrive within the time of the check or of one request (option withinMs)',
    hint: 'meatymusic logs api --since 5m',
  },
  unreadable: {
    headline: 'The response of the API cannot be read',
    means: 'the response ends early, is larger than 1 MiB, or is not what its headers announce',
    hint: 'meatymusic logs api --since 5m; request it with curl -v --output -',
  },
  'rate-limited': {
    headline: 'The rate limit of the API refused the request of this check',
    means: 'the request is refused with 429',
    hint: 'verify again after the window has passed, or give the address of meatymusic a higher limit',
  },
} as const;

/** Codes of a request that says nothing about the claim of its check. */
export const endpointCodes = {
  ...obstacleCodes,
  'no-endpoint': {
    headline: 'The API has no endpoint at this path',
    means: 'there is no endpoint at this path',
    hint: 'name an endpoint of this API in the option path of this check',
  },
  'needs-a-token': {
    headline: 'The endpoint needs another token than this check has',
    means: 'the request is refused with 401 or 403 despite the configured token',
    hint: 'meatymusic verify auth/valid-token, or name another endpoint in the option path of this check',
  },
} as const;

export type ObstacleCode = keyof typeof obstacleCodes;
export type EndpointCode = keyof typeof endpointCodes;

export const withinMs = option(integer(1), 4000, 'Maximum time for one response, in milliseconds');

/** Errors of an answer that has begun. */
const unreadableCodes = /^(?:BODY_TOO_LARGE|TRUNCATED|BROKEN_ENCODING|UNSUPPORTED_ENCODING|HPE_.+)$/;

/** Returns the code of a request without a response. */
export function codeOfFailure(failure: Exchanged['failure']): Exclude<ObstacleCode, 'rate-limited'> {
  if (failure?.code === 'TIMEOUT') return 'timeout';
  return unreadableCodes.test(failure?.code ?? '') ? 'unreadable' : 'unreachable';
}

/** Returns the obstacle that a request met, whatever its path is; `undefined` for an answer that can be judged. */
export function obstacleOf({
  response,
  failure,
}: Pick<Exchanged, 'response' | 'failure'>): ObstacleCode | undefined {
  if (!response) return codeOfFailure(failure);
  return response.status === 429 ? 'rate-limited' : undefined;
}

/** Returns why an answer says nothing about the claim of its check; `undefined` if it may. `expected` are statuses that do. */
export function codeOfAnswer(
  asked: Pick<Exchanged, 'response' | 'failure'>,
  expected: readonly number[] = [],
): EndpointCode | undefined {
  const { status } = asked.response ?? {};
  if (status !== undefined && expected.includes(status)) return undefined;
  if (status === 404) return 'no-endpoint';
  if (status === 401 || status === 403) return 'needs-a-token';
  return obstacleOf(asked);
}

/** True for the statuses of a path that does not serve the method. */
export function servesNothing(status: number): boolean {
  return status === 404 || status === 405 || status === 410 || status === 501;
}

/** The reason of a skip. */
export const noToken = 'the request needs a token, and there is none that this API accepts';

/** An exchange, and how to make a token available where the endpoint asks for one that there is not. */
export type ExchangedWithToken = Exchanged & { missingToken?: { enable: string | undefined } };

/** Sends a request; where that is refused with 401, sends it again with a token that the API accepts. */
export async function exchangeWithToken(
  { http, ids }: { http: HttpProbe; ids: IdsProbe },
  request: HttpRequest,
  label: string,
): Promise<ExchangedWithToken> {
  const asked = await exchange(http, request, label);
  if (asked.response?.status !== 401) return asked;
  const { available, token, enable } = await ids.token({ kind: 'valid' });
  if (!available) return { ...asked, missingToken: { enable } };
  return exchange(http, withToken(request, token), `${label}, with a token`);
}

/** Returns the request with a bearer token. */
export function withToken(request: HttpRequest, token: string): HttpRequest {
  return { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } };
}
