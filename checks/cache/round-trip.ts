import { attempt, defineCheck, fact, option, type RedisProbe, v } from '../../src/check/index.ts';
import { redisCodeOf, redisCodes, redisSabotage } from '../../src/suites/index.ts';

/** Verifies that a value written to Redis is read back unchanged, expires, and is gone after it was removed. */
export default defineCheck({
  title: 'A value written to Redis is read back',
  failureTitle: 'A value written to Redis is not read back',
  why: 'A read-only replica, or a server that is out of memory, answers PING and loses every session.',
  after: ['cache/ping'],
  judges: 'redis',
  needs: ['redis', 'ids'],
  uses: ['cache'],
  effects: 'temporary',
  tags: ['contract'],
  options: {
    prefix: option(v.string(), 'meatymusic:verify:', 'Prefix of the key that is written temporarily'),
  },
  codes: {
    ...redisCodes,
    'write-failed': {
      headline: 'Redis does not accept a value',
      means: 'the value cannot be written',
      hint: 'redis-cli INFO memory; redis-cli INFO persistence',
    },
    'read-only': {
      headline: 'Redis is a read-only replica',
      means: 'the server is a replica that accepts no writes',
      hint: 'redis-cli INFO replication; name the primary in services.cache.url',
    },
    'other-node': {
      headline: 'The address names a node of a Redis cluster that serves no slot',
      means: 'the node of the cluster refers to another one for each key',
      hint: 'redis-cli CLUSTER NODES; name a primary of the cluster in services.cache.url',
    },
    'read-failed': {
      headline: 'A value written to Redis cannot be read',
      means: 'the value cannot be read',
      hint: 'redis-cli ACL WHOAMI; redis-cli ACL LIST',
    },
    differs: {
      headline: 'Redis returns a different value than was written',
      means: 'the value that is read differs from the one that was written',
      hint: 'is there a proxy between the stack and Redis?',
    },
    'not-removed': {
      headline: 'A value that was removed from Redis still exists',
      means: 'the value still exists after it was removed',
      hint: 'redis-cli --scan --pattern "meatymusic:verify:*"',
    },
  },
  sabotage: [
    {
      name: 'Redis has no memory left',
      code: 'write-failed',
      kind: 'redis',
      break: [
        ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'],
        ['CONFIG', 'SET', 'maxmemory', 1],
      ],
      restore: [['CONFIG', 'SET', 'maxmemory', 0]],
    },
    ...redisSabotage,
    ...(
      [
        ['a replica', 'read-only', { SET: "-READONLY You can't write against a read only replica." }],
        ['a node without slots', 'other-node', { SET: '-MOVED 1 127.0.0.1:1' }],
        ['values that cannot be read', 'read-failed', { GET: '-ERR sabotaged' }],
        ['another value', 'differs', { GET: '+other' }],
      ] as const
    ).map(([name, code, replies]) => ({
      name,
      code,
      kind: 'canned' as const,
      service: 'cache',
      replies: { '*': '+OK', ...replies },
    })),
  ],
  async run({ redis, ids, options, pass, fail }) {
    const value = `probe ${await ids.uuid()} ✓`;
    const cluster = await clusterState(redis);
    if (cluster.problem) {
      const expected = 'a Redis, or a cluster that serves all of its slots';
      return fail(cluster.problem.code, { expected, actual: cluster.problem.actual });
    }
    let key = '';
    let written: Awaited<ReturnType<typeof set>> | undefined;
    // Each key has a slot; a node of a cluster serves those of its own.
    for (let tried = 0; tried === 0 || (written?.failure?.code === 'MOVED' && tried < mostKeys); tried++) {
      key = `${options.prefix}${await ids.uuid()}${tried === 0 ? '' : `-${tried}`}`;
      written = await set(redis, key, value);
    }
    if (written?.failure) {
      const { failure } = written;
      return fail(redisCodeOf(failure) ?? writeCodes[failure.code] ?? 'write-failed', {
        expected: `SET ${key} is accepted`,
        actual: failure.message,
        evidence: [fact('error', failure.code)],
      });
    }
    const read = await attempt(redis.command({ name: 'GET', args: [key] }));
    const removed = await attempt(redis.command({ name: 'DEL', args: [key] }));
    const left = await attempt(redis.command({ name: 'EXISTS', args: [key] }));
    const expected = `GET ${key} gives what was written`;
    if (read.failure) {
      const code = redisCodeOf(read.failure) ?? 'read-failed';
      return fail(code, { expected, actual: read.failure.message });
    }
    if (read.value.reply !== value) {
      return fail('differs', { expected, actual: `it gives ${JSON.stringify(read.value.reply)}` });
    }
    const notRemoved = removed.failure ?? left.failure;
    if (left.value?.reply !== 0) {
      const code = notRemoved?.code === 'NOPERM' ? 'not-permitted' : 'not-removed';
      return fail(code, {
        expected: `DEL ${key} removes it`,
        actual: notRemoved?.message ?? 'the key is still there',
      });
    }
    const note = cluster.isCluster ? '; the other nodes of its cluster were not examined' : '';
    return pass(
      `written, read back and removed at ${read.value.address}${note}`,
      { count: 1, what: 'value' },
      [fact('key', key), fact('value', value)],
    );
  },
});

/** Keys that are tried; a node that serves a hundredth of the slots gets one of its own. */
const mostKeys = 500;

const writeCodes: Record<string, 'read-only' | 'other-node'> = { READONLY: 'read-only', MOVED: 'other-node' };

function set(redis: RedisProbe, key: string, value: string) {
  return attempt(redis.command({ name: 'SET', args: [key, value, 'EX', 60] }));
}

interface ClusterState {
  isCluster: boolean;
  problem?: { code: 'cluster-down' | 'timeout' | 'unreachable'; actual: string };
}

/** A server that is no cluster, or whose user may not ask, is judged by the value alone. */
async function clusterState(redis: RedisProbe): Promise<ClusterState> {
  const { value, failure } = await attempt(redis.command({ name: 'CLUSTER', args: ['INFO'] }));
  const code = failure && redisCodeOf(failure);
  // The connection is gone with the reply that did not come.
  if (failure && (code === 'timeout' || code === 'unreachable'))
    return { isCluster: false, problem: { code, actual: failure.message } };
  const info = typeof value?.reply === 'string' ? value.reply : '';
  const state = /cluster_state:(\w+)/.exec(info)?.[1];
  if (state === undefined) return { isCluster: false };
  const assigned = Number(/cluster_slots_assigned:(\d+)/.exec(info)?.[1] ?? 16_384);
  if (state === 'ok' && assigned >= 16_384) return { isCluster: true };
  const actual = `cluster_state is ${state}, ${assigned} of 16384 slots have a node`;
  return { isCluster: true, problem: { code: 'cluster-down', actual } };
}
