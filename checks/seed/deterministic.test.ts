import { describe, it } from 'vitest';
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
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      { when: 'it answers 404', code: 'wrong-status', probes: answering(response(404)) },
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
  },
  { describe, it },
);
