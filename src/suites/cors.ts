import { v } from '../base/schema.ts';
import { type Exchanged, fact } from '../check/exchange.ts';
import { option } from '../check/option.ts';
import type { HttpResponse } from '../check/probes.ts';
import type { StackInfo } from '../check/stack.ts';
import type { Pass, Skip } from '../check/verdict.ts';
import { skipWithoutOrigin } from '../check/web-origin.ts';
import { obstacleCodes, obstacleOf, servesNothing, withinMs } from './endpoint-answer.ts';

export const corsOptions = {
  origin: option(v.string(), '', "Allowed origin; default: the web app's"),
  credentials: option(
    v.boolean(),
    false,
    "Whether the web app's requests carry cookies (credentials: 'include')",
  ),
  withinMs,
};

/** Failures of a path on which CORS cannot be judged. */
export const corsCodes = {
  ...obstacleCodes,
  'no-endpoint': {
    headline: 'There is no endpoint at the path on which CORS is judged',
    means: 'the path answers 404, or does not support this method',
    hint: 'name a path that the web app calls: options: { cors/*: { path: … } } in the configuration',
  },
  'not-judged': {
    headline: 'The path on which CORS is judged fails',
    means: 'the path answers 5xx',
    hint: 'meatymusic logs api --since 5m, or name another path: options: { cors/*: { path: … } }',
  },
} as const;

/** Returns why an answer shows nothing about CORS: no answer, 429, 5xx, or a path that serves nothing. */
export function corsObstacleOf(asked: Exchanged): keyof typeof corsCodes | undefined {
  const obstacle = obstacleOf(asked);
  if (obstacle || !asked.response) return obstacle ?? 'unreachable';
  if (servesNothing(asked.response.status)) return 'no-endpoint';
  return asked.response.status >= 500 ? 'not-judged' : undefined;
}

/** The origin whose requests are judged, or the verdict where there is nothing to judge. */
export type WebOrigin =
  | { origin: string; verdict?: undefined }
  | { origin?: undefined; verdict: Pass | Skip };

/** Returns the allowed origin; a skip where it is unknown, a pass where it is the API's own, which needs no headers. */
export function webOriginOf(configured: string, stack: StackInfo): WebOrigin {
  const skipped = skipWithoutOrigin(configured, stack);
  if (skipped) return { verdict: skipped };
  const origin = originOf(configured || stack.services.web.url);
  if (origin !== originOf(stack.services.api.url)) return { origin };
  const verdict: Pass = {
    status: 'pass',
    summary: `the web app and the API share the origin ${origin}: a browser asks for no CORS headers`,
    examined: [{ count: 1, what: 'origin' }],
    evidence: [fact('origin of the web app and of the API', origin)],
  };
  return { verdict };
}

/** Returns the origin of an address as browsers send it; a text that is no address, as `null`, is its own. */
export function originOf(address: string): string {
  return URL.canParse(address) && new URL(address).origin !== 'null' ? new URL(address).origin : address;
}

export type GrantProblem = 'no-header' | 'several-values' | 'other-origin' | 'no-credentials';

/** Carries out the CORS check of the Fetch standard: returns why a browser hides this answer from the origin. */
export function grantProblemOf(
  { headers, rawHeaders }: HttpResponse,
  origin: string,
  credentials: boolean,
): { code: GrantProblem; actual: string } | undefined {
  const allowed = headers['access-control-allow-origin'];
  if (allowed === undefined) return { code: 'no-header', actual: 'without Access-Control-Allow-Origin' };
  const lines = rawHeaders.filter(([name]) => name.toLowerCase() === 'access-control-allow-origin');
  if (lines.length > 1 || /[,\s]/.test(allowed.trim()))
    return { code: 'several-values', actual: `Access-Control-Allow-Origin: ${allowed}` };
  if (allowed === '*' && !credentials) return undefined;
  if (allowed === '*') return { code: 'no-credentials', actual: 'Access-Control-Allow-Origin: *' };
  if (allowed !== origin) return { code: 'other-origin', actual: `it allows ${allowed}` };
  const withCookies = headers['access-control-allow-credentials'];
  if (!credentials || withCookies === 'true') return undefined;
  return { code: 'no-credentials', actual: `Access-Control-Allow-Credentials: ${withCookies ?? '(none)'}` };
}
