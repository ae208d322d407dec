import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck, verdictOf } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { refused, response } from '../../src/testing/responses.ts';
import { type HttpAnswer, serving } from '../../src/testing/stub-probes.ts';
import check from './deterministic.ts';

const seedOf = (url: string) => new URL(url).searchParams.get('seed') ?? '';

/** A number that grows with each call. */
function counter() {
  let calls = 0;
  return () => calls++;
}

const at = (answer: HttpAnswer) => serving({ 'GET /api/v1/compose?seed=*': answer });

const tempoOf = (url: string) => ({ seed: seedOf(url), tempo: 60 + Number(seedOf(url).at(-1)) });

testCheck(
  check,
  {
    passes: [
      {
        when: 'results follow the seed',
        probes: at(({ url }) => response(200, tempoOf(url))),
        summary: '3 results for 3 seeds, each the same again',
      },
      {
        when: 'the API takes whole numbers alone, in the body of a POST, and adds an ID and a time',
        options: {
          path: '/songs',
          method: 'POST',
          body: '{"seed":{seed}}',
          ignore: ['id', 'created_at'],
        },
        probes: (() => {
          const call = counter();
          return serving(
            {
              'POST /songs': ({ body = '' }) => {
                const { seed } = JSON.parse(body);
                const isSeed = Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31;
                if (!isSeed) return response(422);
                return response(200, { id: call(), song: { tempo: seed % 97, created_at: call() } });
              },
            },
            { headers: { 'content-type': 'application/json' } },
          );
        })(),
        summary: '3 results for 3 seeds, each the same again, without id, created_at',
      },
      {
        when: 'it needs a token',
        probes: at(({ url, headers }) =>
          headers?.authorization === 'Bearer token.valid.signature'
            ? response(200, tempoOf(url))
            : response(401),
        ),
      },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: at(refused) },
      {
        when: 'no answer comes',
        code: 'timeout',
        probes: at(new ProbeError('TIMEOUT', 'no response')),
      },
      {
        when: 'the answer breaks off',
        code: 'unreadable',
        probes: at(new ProbeError('TRUNCATED', 'the body ended after 3 of 100 bytes')),
      },
      { when: 'it answers 404', code: 'no-endpoint', probes: at(response(404)) },
      { when: 'the token is refused', code: 'needs-a-token', probes: at(response(401)) },
      { when: 'the limit is reached', code: 'rate-limited', probes: at(response(429)) },
      { when: 'it redirects', code: 'wrong-status', probes: at(response(300)) },
      { when: 'it answers 422', code: 'wrong-status', probes: at(response(422)) },
      {
        when: 'the seed is parsed as a number and not used',
        code: 'same-for-all',
        probes: at(({ url }) => response(200, { seed: Number(seedOf(url)), tempo: 60 })),
      },
      {
        when: 'a field that is not ignored differs',
        code: 'differs',
        options: { ignore: ['id'] },
        probes: at(
          (
            (call) =>
            ({ url }) =>
              response(200, { id: call(), at: call(), seed: seedOf(url) })
          )(counter()),
        ),
      },
      { when: 'the body is empty', code: 'empty', probes: at(response(200)) },
      {
        when: 'each call differs',
        code: 'differs',
        probes: at(
          (
            (call) => () =>
              response(200, { at: call() })
          )(counter()),
        ),
        actual: /character/,
      },
      {
        when: 'one call adds to the end',
        code: 'differs',
        probes: at(
          (
            (call) => () =>
              response(200, call() % 2 === 0 ? 'same' : 'same and more')
          )(counter()),
        ),
      },
      {
        when: 'only the seed itself differs',
        code: 'same-for-all',
        probes: at(({ url }) => response(200, { seed: seedOf(url), tempo: 60 })),
      },
    ],
    skips: [
      {
        when: 'a token is needed and there is none',
        probes: {
          ...at(response(401)),
          ids: { token: { available: false, token: '', enable: 'auth.token' } },
        },
        reason: /needs a token/,
        enable: 'auth.token',
      },
    ],
  },
  { describe, it },
);

/** Runs the check against an API that is right but for the call of this number. */
async function callsOf(options: Record<string, unknown> = {}, wrongCall = -1) {
  const sent: { seed: number; body: string | undefined }[] = [];
  const answer: HttpAnswer = ({ url, body }) => {
    sent.push({ seed: Number(seedOf(url)), body });
    const wrong = sent.length - 1 === wrongCall ? 'wrong' : 'right';
    return response(200, { ...tempoOf(url), of: wrong });
  };
  const [outcome, ...labels] = await evidenceLabels(check, { probes: at(answer), options });
  return { outcome, labels, sent };
}

it('sends the first seed as often as the option wants, and each other seed twice', async () => {
  const first = 0x6f1ed00;
  const { outcome, labels, sent } = await callsOf({ repeats: 4, seeds: 3 });
  expect(sent.map(({ seed }) => seed - first)).toEqual([0, 0, 0, 0, 1, 1, 2, 2]);
  expect(sent.every(({ body }) => body === undefined)).toBe(true);
  expect([outcome, ...labels]).toEqual(['pass', `seed ${first}`, `seed ${first + 1}`]);
});

it.each([3, 5, 7])('shows the two responses of a seed that differ: call %i', async (call) => {
  const { outcome, labels } = await callsOf({ repeats: 4, seeds: 3 }, call);
  const seed = `seed ${0x6f1ed00 + [0, 0, 0, 0, 1, 1, 2, 2][call]!}`;
  expect([outcome, ...labels]).toEqual(['differs', seed, seed]);
});

it('counts the responses', async () => {
  const verdict = await verdictOf(check, {
    probes: at(({ url }) => response(200, tempoOf(url))),
    options: { repeats: 4, seeds: 5 },
  });
  expect(verdict).toMatchObject({
    examined: [{ count: 12, what: 'responses' }],
    evidence: [{ label: `seed ${0x6f1ed00}` }, { label: `seed ${0x6f1ed01}` }],
  });
});

it('shows two responses of seeds that give the same, and one that fails', async () => {
  const same = await evidenceLabels(check, { probes: at(response(200, 'same')) });
  expect(same).toHaveLength(3);
  expect(await evidenceLabels(check, { probes: at(response(500)) })).toHaveLength(2);
});
