import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { answering, inTurn, refused, response } from '../../src/testing/responses.ts';
import tellsTruth from './ready-tells-truth.ts';

let now = 0;

const controlled = () => ({
  control: { available: { available: true }, stop: { durationMs: 1 }, start: { durationMs: 1 } },
  ids: {
    now: () => {
      now += 1000;
      return now;
    },
  },
});

testCheck(
  tellsTruth,
  {
    passes: [
      {
        when: 'it turns and comes back',
        probes: {
          ...controlled(),
          ...answering(inTurn(response(200), response(200), response(503), response(503), response(200))),
        },
      },
      {
        when: 'it does not answer at all meanwhile',
        probes: { ...controlled(), ...answering(inTurn(response(200), refused, response(200))) },
      },
    ],
    fails: [
      {
        when: 'it was not ready before',
        code: 'not-ready-before',
        probes: { ...controlled(), ...answering(response(503)) },
      },
      { when: 'it stays 200', code: 'lies', probes: { ...controlled(), ...answering(response(200)) } },
      {
        when: 'it never comes back',
        code: 'does-not-recover',
        probes: { ...controlled(), ...answering(inTurn(response(200), response(503))) },
      },
    ],
    skips: [
      {
        when: 'the database cannot be stopped',
        probes: {
          control: { available: { available: false, enable: 'meatymusic up' } },
          ...answering(refused),
        },
      },
    ],
  },
  { describe, it },
);
