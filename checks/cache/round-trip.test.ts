import { describe, it } from 'vitest';
import { type Json, ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { redis, reply, unusable } from '../../src/testing/redis-answers.ts';
import roundTrip from './round-trip.ts';

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
  { describe, it },
);
