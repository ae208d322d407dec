import { integer, v } from '../base/schema.ts';
import { type CheckDefinition, defineCheck } from '../check/define-check.ts';
import { effectsOfMethod } from '../check/effects.ts';
import { exchange } from '../check/exchange.ts';
import { option } from '../check/option.ts';
import type { TokenQuery } from '../check/probes.ts';

const options = {
  path: option(v.string(), '/api/v1/me', 'Path of an endpoint that needs a token'),
  method: option(v.string(), 'GET', 'Its method'),
  status: option(integer(), 401, 'Status of a refusal'),
};

const codes = {
  unreachable: { means: 'nothing answers', hint: 'meatymusic status; meatymusic logs api' },
  'no-endpoint': {
    means: 'there is no endpoint at this path',
    hint: 'name one that needs a token: options: { auth: { path: … } } in the configuration',
  },
  accepted: {
    means: 'the request is accepted',
    hint: 'verify signature (RS256 by the JWKS), issuer, audience and times, and allow no other algorithm',
  },
  'wrong-status': {
    means: 'it is refused, with another status than 401',
    hint: 'meatymusic logs api --since 5m',
  },
} as const;

export interface RefusedTokenTexts {
  title: string;
  failureTitle: string;
  why: string;
  /** `none`: no Authorization header at all. */
  kind: Exclude<TokenQuery['kind'], 'valid'> | 'none';
}

/** Returns a check that a request with this kind of token, or without one, is refused with 401. */
export function refusedTokenCheck({
  title,
  failureTitle,
  why,
  kind,
}: RefusedTokenTexts): CheckDefinition<typeof options, 'http' | 'ids', keyof typeof codes> {
  // An endpoint that is missing or needs no token is reported by one check; other tokens prove nothing there.
  const bare = kind === 'none';
  const where = { path: '/api/v1/me', ...(!bare && { withRequestHeader: 'authorization' }) };
  return defineCheck({
    title,
    failureTitle,
    why,
    after: [bare ? 'api/health' : 'auth/no-token'],
    needs: ['http', 'ids'],
    uses: ['api'],
    effects: ({ method }) => effectsOfMethod(method),
    tags: ['contract', 'auth'],
    options,
    codes,
    sabotage: [
      {
        name: 'it answers 200 whatever the token',
        code: 'accepted',
        kind: 'http',
        service: 'api',
        change: { ...where, status: 200 },
      },
      {
        name: 'it answers 403 instead',
        code: 'wrong-status',
        kind: 'http',
        service: 'api',
        change: { ...where, status: 403 },
      },
    ],
    async run({ http, ids, stack, options: { path, method, status }, pass, fail, skip }) {
      const url = new URL(path, stack.services.api.url).href;
      const token = bare ? undefined : await ids.token({ kind });
      const headers: Record<string, string> = token ? { authorization: `Bearer ${token.token}` } : {};
      const { response, actual, evidence } = await exchange(http, { url, method, headers }, kind);
      const found = { expected: `${method} ${url} answers ${status}`, actual, evidence: [evidence] };
      if (!response) return fail('unreachable', found);
      if (response.status === 404) return fail('no-endpoint', found);
      if (response.status < 400) return fail('accepted', found);
      if (response.status !== status) return fail('wrong-status', found);
      if (token && !token.available) {
        return skip(
          'it was refused, but because of an untrusted signature, which proves nothing about the rest',
          token.enable,
        );
      }
      return pass(`refused with ${response.status}`, { count: 1, what: 'response' }, [evidence]);
    },
  });
}
