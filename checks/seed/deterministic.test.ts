import { describe, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { answering, refused, response } from '../../src/testing/responses.ts';
import check from './deterministic.ts';

let calls = 0;
const seedOf = (url: string) => new URL(url).searchParams.get('seed') ?? '';

testCheck(
  check,
  {
    passes: [
      {
        when: 'results follow the seed',
        probes: answering(({ url }) =>
          response(200, { seed: seedOf(url), tempo: 60 + Number(seedOf(url).at(-1)) }),
        ),
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
        probes: answering(({ method, body = '' }) => {
          const { seed } = JSON.parse(body);
          const isSeed = Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31;
          if (method !== 'POST' || !isSeed) return response(422);
          return response(200, { id: calls++, song: { tempo: seed % 97, created_at: calls } });
        }),
        summary: '3 results for 3 seeds, each the same again, without id, created_at',
      },
      {
        when: 'it needs a token',
        probes: answering(({ url, headers }) =>
          headers?.authorization ? response(200, { tempo: Number(seedOf(url)) % 97 }) : response(401),
        ),
      },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      {
        when: 'no answer comes',
        code: 'timeout',
        probes: answering(new ProbeError('TIMEOUT', 'no response')),
      },
      {
        when: 'the answer breaks off',
        code: 'unreadable',
        probes: answering(new ProbeError('TRUNCATED', 'the body ended after 3 of 100 bytes')),
      },
      { when: 'it answers 404', code: 'no-endpoint', probes: answering(response(404)) },
      { when: 'the token is refused', code: 'needs-a-token', probes: answering(response(401)) },
      { when: 'the limit is reached', code: 'rate-limited', probes: answering(response(429)) },
      { when: 'it answers 422', code: 'wrong-status', probes: answering(response(422)) },
      {
        when: 'the seed is parsed as a number and not used',
        code: 'same-for-all',
        probes: answering(({ url }) => response(200, { seed: Number(seedOf(url)), tempo: 60 })),
      },
      {
        when: 'a field that is not ignored differs',
        code: 'differs',
        options: { ignore: ['id'] },
        probes: answering(({ url }) => response(200, { id: calls++, at: calls, seed: seedOf(url) })),
      },
      { when: 'the body is empty', code: 'empty', probes: answering(response(200)) },
      {
        when: 'each call differs',
        code: 'differs',
        probes: answering(() => response(200, { at: calls++ })),
        actual: /character/,
      },
      {
        when: 'one call adds to the end',
        code: 'differs',
        probes: answering(() => response(200, calls++ % 2 === 0 ? 'same' : 'same and more')),
      },
      {
        when: 'only the seed itself differs',
        code: 'same-for-all',
        probes: answering(({ url }) => response(200, { seed: seedOf(url), tempo: 60 })),
      },
    ],
    skips: [
      {
        when: 'a token is needed and there is none',
        probes: {
          ...answering(response(401)),
          ids: { token: { available: false, token: '', enable: 'auth.token' } },
        },
        enable: 'auth.token',
      },
    ],
  },
  { describe, it },
);
