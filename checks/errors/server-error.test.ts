import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { none, wrong } from '../../src/testing/error-answers.ts';
import { answering, envelope, refused, response } from '../../src/testing/responses.ts';
import serverError from './server-error.ts';

const control = { available: { available: true }, stop: { durationMs: 1 }, start: { durationMs: 1 } };

testCheck(
  serverError,
  {
    passes: [
      { when: 'it answers 503', probes: { control, ...answering(response(503, envelope('unavailable'))) } },
    ],
    fails: wrong(500).map((each) => ({ ...each, probes: { control, ...each.probes } })),
    skips: [
      {
        when: 'the database cannot be stopped',
        probes: {
          control: { available: { available: false, enable: 'meatymusic up' } },
          ...answering(refused),
        },
        enable: 'meatymusic up',
      },
      { when: 'there is no token', probes: { control, ...answering(refused), ...none } },
    ],
  },
  { describe, it },
);
