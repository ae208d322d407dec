import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { answering, inTurn, refused, response } from '../../src/testing/responses.ts';
import degrades from './degrades.ts';

let now = 0;

const controlled = () => ({
  control: { available: { available: true }, stop: { durationMs: 1 }, start: { durationMs: 1 } },
  redis: {},
  ids: {
    now: () => {
      now += 1000;
      return now;
    },
  },
});

const ready = (cache: string) => response(200, { cache, latency_ms: Math.random() });

testCheck(
  degrades,
  {
    passes: [
      {
        when: 'it answers without, and as before afterwards',
        probes: {
          ...controlled(),
          ...answering(
            inTurn(
              response(200),
              ready('up'),
              response(200),
              ready('down'),
              response(200),
              ready('down'),
              response(200),
              ready('up'),
            ),
          ),
        },
      },
    ],
    fails: [
      {
        when: 'it fails before',
        code: 'fails-before',
        probes: { ...controlled(), ...answering(response(500)) },
      },
      {
        when: 'it fails without Redis',
        code: 'fails-without',
        probes: { ...controlled(), ...answering(inTurn(response(200), ready('up'), response(500))) },
      },
      {
        when: 'it hangs without Redis',
        code: 'fails-without',
        probes: { ...controlled(), ...answering(inTurn(response(200), ready('up'), refused)) },
      },
      {
        when: 'the cache stays unused',
        code: 'does-not-recover',
        actual: /^readiness: /,
        probes: {
          ...controlled(),
          ...answering(({ url }) => (url.endsWith('/ready') ? lateDown() : response(200))),
        },
      },
    ],
    skips: [
      {
        when: 'Redis cannot be stopped',
        probes: {
          control: { available: { available: false, enable: 'meatymusic up' } },
          redis: {},
          ...answering(refused),
        },
      },
    ],
  },
  { describe, it },
);

let asked = 0;

function lateDown() {
  return ready(asked++ === 0 ? 'up' : 'down');
}
