import { v } from '../base/schema.ts';
import { counted } from '../check/counted.ts';
import { type CheckDefinition, defineCheck } from '../check/define-check.ts';
import { effectsOfMethod } from '../check/effects.ts';
import { exchange } from '../check/exchange.ts';
import { parseJson } from '../check/json-path.ts';
import { option } from '../check/option.ts';
import type { Forgeries, ForgeryKind, HttpProbe } from '../check/probes.ts';
import type { JudgedAnswer } from './token-answer.ts';
import {
  describeRefusals,
  isLetIn,
  isObstacle,
  isRefusal,
  type RefusalCode,
  refusalCodeOf,
  refusalCodes,
  refusalOptions,
  TokenEndpoint,
  whyNotLetIn,
} from './token-endpoint.ts';

export interface RefusedTokenTexts {
  title: string;
  /** Begins the headlines: `A token with a bad signature`. */
  subject: string;
  why: string;
  kind: ForgeryKind;
  /** What to do where such a token is accepted. */
  hint: string;
}

/** The key set is an option of the one check that needs public keys. */
const optionsWithKeySet = {
  ...refusalOptions,
  jwks: option(
    v.string(),
    '',
    'Address of the key set (JWKS) that the API trusts; default: the public half of auth.signingKeyFile',
  ),
};

/**
 * Returns a check that every forged token of a kind is refused. It sends the endpoint a request without a token and one with
 * the accepted token too: a refusal proves something only where these two are answered differently.
 */
export function refusedTokenCheck({
  title,
  subject,
  why,
  kind,
  hint,
}: RefusedTokenTexts): CheckDefinition<typeof optionsWithKeySet, 'http' | 'ids', RefusalCode> {
  const headline = `${subject} is accepted`;
  return defineCheck({
    title,
    failureTitle: headline,
    why,
    after: ['api/health'],
    needs: ['http', 'ids'],
    uses: ['api'],
    effects: ({ method }) => effectsOfMethod(method),
    tags: ['contract', 'auth'],
    timeoutMs: 15_000,
    options:
      kind === 'public-key-as-secret' ? optionsWithKeySet : (refusalOptions as typeof optionsWithKeySet),
    codes: refusalCodes(subject, hint),
    // What the checks of the area have in common is shown to fail by auth/no-token, within the limit of requests.
    sabotage: [
      {
        name: 'it answers 200 whatever the token',
        code: 'accepted',
        kind: 'http',
        service: 'api',
        change: { path: '/api/v1/me', withRequestHeader: 'authorization', status: 200 },
      },
    ],
    async run({ http, ids, stack, options, pass, fail, skip }) {
      const refusals = [options.status].flat();
      const endpoint = new TokenEndpoint(http, stack.services.api, options);
      const { evidence, name } = endpoint;
      const obstacle = (found: { judgement: string; actual: string }) =>
        fail(found.judgement as RefusalCode, {
          expected: `an answer of ${name}`,
          actual: found.actual,
          evidence,
        });

      // Its faults are failures of auth/no-token and auth/valid-token alone.
      const bare = await endpoint.send('without a token', refusals);
      if (isObstacle(bare)) return obstacle(bare);
      if (!isRefusal(bare))
        return skip(
          `without a token ${bare.actual}: no token is judged there`,
          'meatymusic verify auth/no-token',
        );
      if (bare.status !== undefined) refusals.push(bare.status);

      const keySet = options.jwks ? await readKeySet(http, options.jwks, options.withinMs) : {};
      if (keySet.problem) return skip(keySet.problem, 'the option jwks of this check');
      const { forgeries, accepted, notMade, enable } = await ids.forgeries({
        kind,
        ...(keySet.jwks ? { jwks: keySet.jwks } : {}),
      });
      if (forgeries.length === 0) return skip(notMade.join('; '), enable);

      const control =
        accepted === undefined ? undefined : await endpoint.send('the accepted token', refusals, accepted);
      if (control && isObstacle(control)) return obstacle(control);
      if (control && !isLetIn(control, bare)) {
        return skip(whyNotLetIn(control), 'meatymusic verify auth/valid-token');
      }
      const found = await tryForgeries(forgeries, endpoint, { refusals, bare, control });
      if (found) {
        const expected = `${name} refuses a token ${found.how} with ${describeRefusals([options.status].flat())}`;
        return fail(found.code, { expected, actual: `a token ${found.how}: ${found.actual}`, evidence });
      }
      if (!control) {
        const reason = 'made-up tokens are refused, which an API that accepts none does as well';
        return skip(reason, 'auth.token or auth.signingKeyFile');
      }
      return pass(
        summaryOf(forgeries, notMade),
        { count: forgeries.length, what: 'forged tokens' },
        evidence,
      );
    },
  });
}

/** Resolves to the worst answer that is no refusal: the first token that is let in, else the first other answer. */
async function tryForgeries(
  forgeries: Forgeries['forgeries'],
  endpoint: TokenEndpoint,
  { refusals, bare, control }: { refusals: number[]; bare: JudgedAnswer; control: JudgedAnswer | undefined },
): Promise<{ how: string; code: RefusalCode; actual: string } | undefined> {
  let found: { how: string; code: RefusalCode; actual: string } | undefined;
  for (const { name: how, token } of forgeries) {
    const answer = await endpoint.send(how, refusals, token);
    if (answer.judgement === 'refused') continue;
    const { actual } = answer;
    const isIn =
      answer.judgement === 'accepted' || (isLetIn(answer, bare) && answer.status === control?.status);
    if (isIn) return { how, code: 'accepted', actual };
    found ??= { how, code: refusalCodeOf(answer), actual };
    if (isObstacle(answer)) break;
  }
  return found;
}

async function readKeySet(
  http: HttpProbe,
  url: string,
  timeoutMs: number,
): Promise<{ jwks?: string; problem?: string }> {
  const { response, actual } = await exchange(http, { url, timeoutMs }, 'key set');
  const keys = response?.status === 200 ? parseJson(response.body) : undefined;
  if (typeof keys === 'object' && keys !== null && 'keys' in keys && Array.isArray(keys.keys))
    return { jwks: response?.body ?? '' };
  return { problem: `${url} is no key set: ${response?.status === 200 ? 'it has no list "keys"' : actual}` };
}

function summaryOf(forgeries: Forgeries['forgeries'], notMade: readonly string[]): string {
  const refused = `${counted(forgeries.length, 'forged token')} refused and the accepted one let in`;
  return notMade.length > 0 ? `${refused}; not tried: ${notMade.join(', ')}` : refused;
}
