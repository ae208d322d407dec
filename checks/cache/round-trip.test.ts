import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { redisServer, reply, unusable } from '../../src/testing/redis-answers.ts';
import roundTrip from './round-trip.ts';

/** A node that refers to another one for the first keys, each with its own slot. */
function nodeOfCluster(foreignKeys: number) {
  const foreign = new Set<unknown>();
  const node = redisServer();
  return redisServer({
    CLUSTER: clusterInfo('ok', 16_384),
    SET: (command) => {
      const [key] = command.args ?? [];
      if (foreign.has(key) || foreign.size < foreignKeys) {
        foreign.add(key);
        return moved;
      }
      return node.redis.command(command);
    },
    GET: node.redis.command,
    DEL: node.redis.command,
    EXISTS: node.redis.command,
  });
}

const clusterInfo = (state: string, slots: number) =>
  reply(`cluster_enabled:1\r\ncluster_state:${state}\r\ncluster_slots_assigned:${slots}\r\n`);

const moved = new ProbeError('MOVED', 'MOVED 866 127.0.0.1:7001');

/** Answers the first command so, and none after it. */
function once(answer: Error) {
  let calls = 0;
  return () => (calls++ === 0 ? answer : new TypeError('a second command'));
}

testCheck(
  roundTrip,
  {
    passes: [
      {
        when: 'it is read back and removed',
        probes: redisServer(),
        summary: 'written, read back and removed at 127.0.0.1:6379',
      },
      {
        when: 'the prefix is another one',
        probes: redisServer(),
        options: { prefix: 'meatymusic:verify:mine:' },
      },
      {
        when: 'it may not ask for the cluster',
        probes: redisServer({ CLUSTER: new ProbeError('NOPERM', 'no') }),
      },
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
        probes: redisServer({ CLUSTER: new ProbeError('ECONNREFUSED', 'nothing listens there') }),
      },
      {
        when: 'it is silent',
        code: 'timeout',
        probes: redisServer({ CLUSTER: new ProbeError('TIMEOUT', 'no reply') }),
      },
      {
        when: 'it is a replica',
        code: 'read-only',
        probes: redisServer({
          SET: new ProbeError('READONLY', "READONLY You can't write against a read only replica."),
        }),
      },
      { when: 'the node of a cluster serves no key', code: 'other-node', probes: nodeOfCluster(100_000) },
      {
        when: 'the node of a cluster that has no memory refuses the first key',
        code: 'write-failed',
        probes: redisServer({
          CLUSTER: clusterInfo('ok', 16_384),
          SET: once(new ProbeError('OOM', 'OOM command not allowed')),
        }),
      },
      {
        when: 'slots of the cluster have no node',
        code: 'cluster-down',
        probes: redisServer({ CLUSTER: clusterInfo('ok', 16_000) }),
        actual: 'cluster_state is ok, 16000 of 16384 slots have a node',
      },
      {
        when: 'the cluster is down',
        code: 'cluster-down',
        probes: redisServer({ CLUSTER: clusterInfo('fail', 16_384) }),
      },
      {
        when: 'the memory is full',
        code: 'write-failed',
        probes: redisServer({ SET: new ProbeError('OOM', 'OOM command not allowed') }),
        actual: 'OOM command not allowed',
      },
      {
        when: 'reading is not permitted',
        code: 'not-permitted',
        probes: redisServer({ GET: new ProbeError('NOPERM', 'NOPERM no') }),
      },
      {
        when: 'reading fails',
        code: 'read-failed',
        probes: redisServer({ GET: new ProbeError('WRONGTYPE', 'WRONGTYPE Operation against a key') }),
      },
      {
        when: 'the value that is read differs from the one that was written',
        code: 'differs',
        probes: redisServer({ GET: reply('other') }),
      },
      { when: 'nothing comes back', code: 'differs', probes: redisServer({ GET: reply(null) }) },
      {
        when: 'it cannot be removed',
        code: 'not-permitted',
        probes: redisServer({ DEL: new ProbeError('NOPERM', 'NOPERM no') }),
      },
      { when: 'it stays', code: 'not-removed', probes: redisServer({ DEL: reply(1), EXISTS: reply(1) }) },
    ],
  },
  { describe, it },
);

it('shows the key and the value, or the error', async () => {
  expect(await evidenceLabels(roundTrip, { probes: redisServer() })).toEqual(['pass', 'key', 'value']);
  expect(await evidenceLabels(roundTrip, { probes: redisServer({ SET: moved }) })).toEqual([
    'other-node',
    'error',
  ]);
});

it('tries 500 keys of a cluster, the first one as it is', async () => {
  const keys: unknown[] = [];
  const SET = ({ args = [] }: { args?: unknown[] }) => {
    keys.push(args[0]);
    return moved;
  };
  await evidenceLabels(roundTrip, { probes: redisServer({ CLUSTER: clusterInfo('ok', 16_384), SET }) });
  expect(keys).toHaveLength(500);
  expect(keys.slice(0, 2)).toEqual([
    'meatymusic:verify:6f1ed002-ab5c-4e1d-9d4e-2f6b9f9d3c11',
    'meatymusic:verify:6f1ed002-ab5c-4e1d-9d4e-2f6b9f9d3c11-1',
  ]);
});
