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

/** A Redis that cannot be used, by the error of its first command. */
const unusable = (
  [
    ['WRONGPASS', 'refused'],
    ['AUTH', 'refused'],
    ['NO_DATABASE', 'no-database'],
    ['NOPERM', 'not-permitted'],
    ['PROTOCOL', 'wrong-protocol'],
    ['NO_TLS', 'wrong-protocol'],
    ['LOADING', 'loading'],
    ['CLUSTERDOWN', 'cluster-down'],
  ] as const
).map(([code, verdict]) => ({
  when: `the error is ${code}`,
  code: verdict,
  probes: redis(new ProbeError(code, `${code} some words`)),
}));

let pauses = 0;
/** Loads for longer than the tester's clock lets a check wait. */
const loadingForLong = {
  when: 'it loads for long',
  code: 'loading' as const,
  probes: {
    ...redis(new ProbeError('LOADING', 'LOADING Redis is loading')),
    ids: { pause: () => (++pauses > 3 ? new ProbeError('TIMEOUT', 'time is up') : undefined) as never },
  },
};

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
      { when: 'it is silent', code: 'timeout', probes: redis(new ProbeError('TIMEOUT', 'no reply')) },
      ...unusable.filter(({ code }) => code !== 'loading'),
      loadingForLong,
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
/** A node that refers to another one for the first keys. */
function nodeOfCluster(foreignKeys: number) {
  let writes = 0;
  const kept = store().redis.command as unknown as (command: { name: string; args?: Json[] }) => unknown;
  return redis((command: { name: string; args?: Json[] }) => {
    if (command.name === 'CLUSTER') return clusterInfo('ok', 16_384);
    return command.name === 'SET' && writes++ < foreignKeys ? moved : kept(command);
  });
}

const clusterInfo = (state: string, slots: number) =>
  reply(`cluster_enabled:1\r\ncluster_state:${state}\r\ncluster_slots_assigned:${slots}\r\n`);
const moved = new ProbeError('MOVED', 'MOVED 866 127.0.0.1:7001');

testCheck(
  roundTrip,
  {
    passes: [
      { when: 'it is read back and removed', probes: store() },
      { when: 'it may not ask for the cluster', probes: store({ CLUSTER: new ProbeError('NOPERM', 'no') }) },
      {
        when: 'the node of a cluster serves the second key',
        probes: nodeOfCluster(1),
        summary: /the other nodes of its cluster were not examined$/,
      },
    ],
    fails: [
      ...unusable,
      {
        when: 'nothing listens',
        code: 'unreachable',
        probes: redis(new ProbeError('ECONNREFUSED', 'nothing listens there')),
      },
      { when: 'it is silent', code: 'timeout', probes: redis(new ProbeError('TIMEOUT', 'no reply')) },
      {
        when: 'it is a replica',
        code: 'read-only',
        probes: store({
          SET: new ProbeError('READONLY', "READONLY You can't write against a read only replica."),
        }),
      },
      { when: 'the node of a cluster serves no key', code: 'other-node', probes: nodeOfCluster(100_000) },
      {
        when: 'slots of the cluster have no node',
        code: 'cluster-down',
        probes: store({ CLUSTER: clusterInfo('ok', 16_000) }),
        actual: 'cluster_state is ok, 16000 of 16384 slots have a node',
      },
      {
        when: 'the cluster is down',
        code: 'cluster-down',
        probes: store({ CLUSTER: clusterInfo('fail', 16_384) }),
      },
      {
        when: 'the memory is full',
        code: 'write-failed',
        probes: store({ SET: new ProbeError('OOM', 'OOM command not allowed') }),
        actual: 'OOM command not allowed',
      },
      {
        when: 'reading is not permitted',
        code: 'not-permitted',
        probes: store({ GET: new ProbeError('NOPERM', 'NOPERM no') }),
      },
      {
        when: 'reading fails',
        code: 'read-failed',
        probes: store({ GET: new ProbeError('WRONGTYPE', 'WRONGTYPE Operation against a key') }),
      },
      { when: 'another value comes back', code: 'differs', probes: store({ GET: reply('other') }) },
      { when: 'nothing comes back', code: 'differs', probes: store({ GET: reply(null) }) },
      {
        when: 'it cannot be removed',
        code: 'not-permitted',
        probes: store({ DEL: new ProbeError('NOPERM', 'NOPERM no') }),
      },
      { when: 'it stays', code: 'not-removed', probes: store({ DEL: reply(1), EXISTS: reply(1) }) },
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
