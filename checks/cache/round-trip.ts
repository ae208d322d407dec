import { attempt, defineCheck, fact, option, v } from '../../src/check/index.ts';

/** Verifies that a value written to Redis is read back unchanged, expires, and is gone after it was removed. */
export default defineCheck({
  title: 'A value written to Redis is read back',
  failureTitle: 'A value written to Redis is not read back',
  why: 'A read-only replica or a full memory answers PING and loses every session.',
  after: ['cache/ping'],
  judges: 'redis',
  needs: ['redis', 'ids'],
  uses: ['cache'],
  effects: 'temporary',
  tags: ['contract'],
  options: {
    prefix: option(v.string(), 'meatymusic:verify:', 'Start of the key that is written for a moment'),
  },
  codes: {
    'write-failed': {
      means: 'the value cannot be written',
      hint: 'redis-cli INFO replication; redis-cli INFO memory',
    },
    'read-failed': { means: 'the value cannot be read', hint: 'redis-cli ACL WHOAMI; redis-cli ACL LIST' },
    differs: { means: 'another value comes back', hint: 'is there a proxy between the stack and Redis?' },
    'not-removed': {
      means: 'the value is still there after it was removed',
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
  ],
  async run({ redis, ids, options, pass, fail }) {
    const key = `${options.prefix}${await ids.uuid()}`;
    const value = `probe ${await ids.uuid()} ✓`;
    const written = await attempt(redis.command({ name: 'SET', args: [key, value, 'EX', 60] }));
    if (written.failure) {
      return fail('write-failed', {
        expected: `SET ${key} is accepted`,
        actual: written.failure.message,
        evidence: [fact('error', written.failure.code)],
      });
    }
    const read = await attempt(redis.command({ name: 'GET', args: [key] }));
    const removed = await attempt(redis.command({ name: 'DEL', args: [key] }));
    const left = await attempt(redis.command({ name: 'EXISTS', args: [key] }));
    const expected = `GET ${key} gives what was written`;
    if (read.failure) return fail('read-failed', { expected, actual: read.failure.message });
    if (read.value.reply !== value) {
      return fail('differs', { expected, actual: `it gives ${JSON.stringify(read.value.reply)}` });
    }
    if (left.value?.reply !== 0) {
      return fail('not-removed', {
        expected: `DEL ${key} removes it`,
        actual: removed.failure?.message ?? left.failure?.message ?? 'the key is still there',
      });
    }
    return pass(`written, read back and removed at ${read.value.address}`, { count: 1, what: 'value' }, [
      fact('key', key),
      fact('value', value),
    ]);
  },
});
