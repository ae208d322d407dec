import { type Exchanged, exchange } from '../check/exchange.ts';
import type { HttpProbe, HttpRequest, HttpResponse, IdsProbe } from '../check/probes.ts';

/** Codes of a request that says nothing about the claim of its check. */
export const endpointCodes = {
  unreachable: {
    headline: 'The API does not answer',
    means: 'nothing answers',
    hint: 'meatymusic status; meatymusic logs api',
  },
  timeout: {
    headline: 'The API does not answer in time',
    means: 'the answer did not arrive in the time of the check',
    hint: 'meatymusic logs api --since 5m',
  },
  unreadable: {
    headline: 'The answer of the API cannot be read',
    means: 'the answer breaks off, is larger than 1 MiB, or is not what its headers announce',
    hint: 'meatymusic logs api --since 5m; request it with curl -v --output -',
  },
  'no-endpoint': {
    headline: 'The API has no endpoint at this path',
    means: 'there is no endpoint at this path',
    hint: 'name an endpoint of this API in the option path of this check',
  },
  'needs-a-token': {
    headline: 'The endpoint needs another token than this check has',
    means: 'the request is refused with 401 or 403, with the token that there is',
    hint: 'meatymusic verify auth/valid-token, or name another endpoint in the option path of this check',
  },
  'rate-limited': {
    headline: 'The rate limit of the API refused the request of this check',
    means: 'the request is refused with 429',
    hint: 'verify again after the window has passed, or give the address of meatymusic a higher limit',
  },
} as const;

export type EndpointCode = keyof typeof endpointCodes;

/** Errors of an answer that has begun. */
const unreadableCodes = /^(?:BODY_TOO_LARGE|TRUNCATED|BROKEN_ENCODING|UNSUPPORTED_ENCODING|HPE_.+)$/;

/** Returns the code of a request without a response. */
export function codeOfFailure(failure: Exchanged['failure']): 'timeout' | 'unreadable' | 'unreachable' {
  if (failure?.code === 'TIMEOUT') return 'timeout';
  return unreadableCodes.test(failure?.code ?? '') ? 'unreadable' : 'unreachable';
}

/** Returns why an answer says nothing about the claim of its check; `undefined` if it may. `expected` are statuses that do. */
export function codeOfAnswer(
  { response, failure }: Pick<Exchanged, 'response' | 'failure'>,
  expected: readonly number[] = [],
): EndpointCode | undefined {
  if (!response) return codeOfFailure(failure);
  if (expected.includes(response.status)) return undefined;
  if (response.status === 404) return 'no-endpoint';
  if (response.status === 401 || response.status === 403) return 'needs-a-token';
  if (response.status === 429) return 'rate-limited';
  return undefined;
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

/** Returns the target of a redirection as the end of a sentence; empty for any other response. */
export function redirectionOf(response: HttpResponse | undefined): string {
  const { location } = response?.headers ?? {};
  const isRedirection = response && response.status >= 300 && response.status < 400;
  return isRedirection && location !== undefined ? ` with Location: ${location.slice(0, 300)}` : '';
}
