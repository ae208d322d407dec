import { describe, it } from 'vitest';
import { type Json, ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { answering, inTurn, refused, response } from '../../src/testing/responses.ts';
import degrades from './degrades.ts';
import ping from './ping.ts';
import roundTrip from './round-trip.ts';

const runner = { describe, it };
const reply = (value: Json) => ({ reply: value, durationMs: 1, address: '127.0.0.1:6379' });
const redis = (command: unknown) => ({ redis: { command: command as never } });

testCheck(
  ping,
  {
    passes: [
      { when: 'it answers PONG', probes: redis(reply('PONG')), summary: 'PONG from 127.0.0.1:6379 in 1 ms' },
      {
        when: 'it is done loading',
        probes: redis(
          inTurn(new ProbeError('LOADING', 'LOADING Redis is loading') as never, reply('PONG') as never),
        ),
      },
    ],
    fails: [
      {
        when: 'nothing listens',
        code: 'unreachable',
        probes: redis(new ProbeError('ECONNREFUSED', 'nothing listens there')),
      },
      { when: 'it is silent', code: 'unreachable', probes: redis(new ProbeError('TIMEOUT', 'no reply')) },
      {
        when: 'a password is needed',
        code: 'refused',
        probes: redis(new ProbeError('NOAUTH', 'NOAUTH Authentication required.')),
        actual: 'NOAUTH Authentication required.',
      },
      { when: 'it answers something else', code: 'wrong-answer', probes: redis(reply('OK')) },
    ],
  },
  runner,
);

/** A Redis of one key. */
function store(over: Record<string, unknown> = {}) {
  let kept: Json = null;
  return redis(({ name, args = [] }: { name: string; args?: Json[] }) => {
    if (name in over) return over[name];
    if (name === 'SET') kept = args[1] ?? null;
    if (name === 'DEL') kept = null;
    return reply(name === 'GET' ? kept : name === 'EXISTS' ? (kept === null ? 0 : 1) : 'OK');
  });
}
testCheck(
  roundTrip,
  {
    passes: [{ when: 'it is read back and removed', probes: store() }],
    fails: [
      {
        when: 'the memory is full',
        code: 'write-failed',
        probes: store({ SET: new ProbeError('OOM', 'OOM command not allowed') }),
        actual: 'OOM command not allowed',
      },
      {
        when: 'reading is not permitted',
        code: 'read-failed',
        probes: store({ GET: new ProbeError('NOPERM', 'NOPERM no') }),
      },
      { when: 'another value comes back', code: 'differs', probes: store({ GET: reply('other') }) },
      { when: 'nothing comes back', code: 'differs', probes: store({ GET: reply(null) }) },
      {
        when: 'it cannot be removed',
        code: 'not-removed',
        probes: store({ DEL: new ProbeError('NOPERM', 'NOPERM no') }),
      },
    ],
  },
  runner,
);

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
  runner,
);

let asked = 0;
function lateDown() {
  return ready(asked++ === 0 ? 'up' : 'down');
}
