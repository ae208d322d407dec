import { attempt, defineCheck, fact } from '../../src/check/index.ts';
import { redisCodeOf, redisCodes, redisSabotage } from '../../src/suites/index.ts';

/** Verifies that Redis answers PING with PONG. Connecting alone proves nothing: a silent port accepts connections too. */
export default defineCheck({
  title: 'Redis answers PING',
  failureTitle: 'Redis does not answer PING',
  why: 'Sessions, the distributed cache and the queue depend on it.',
  judges: 'redis',
  needs: ['redis', 'ids'],
  uses: ['cache'],
  tags: ['contract'],
  codes: {
    ...redisCodes,
    'wrong-answer': {
      headline: 'Redis answers PING with something else',
      means: 'the server answered something other than PONG',
      hint: 'is it Redis that listens there?',
    },
  },
  sabotage: [
    { name: 'Redis is stopped', code: 'unreachable', kind: 'stop', service: 'cache' },
    ...redisSabotage,
    {
      name: 'another answer to PING',
      code: 'wrong-answer',
      kind: 'canned',
      service: 'cache',
      replies: { PING: '+PANG', '*': '+OK' },
    },
  ],
  async run({ redis, ids, stack, pass, fail, remainingMs, signal }) {
    const expected = `PONG from ${stack.services.cache.host}:${stack.services.cache.port}`;
    for (;;) {
      const { value, failure } = await attempt(redis.command({ name: 'PING' }));
      if (value) {
        const evidence = [fact('address', value.address), fact('reply', JSON.stringify(value.reply))];
        if (value.reply !== 'PONG') {
          return fail('wrong-answer', {
            expected,
            actual: `it answers ${JSON.stringify(value.reply)}`,
            evidence,
          });
        }
        return pass(
          `PONG from ${value.address} in ${Math.round(value.durationMs)} ms`,
          { count: 1, what: 'reply' },
          evidence,
        );
      }
      // It reads its data set and will answer in a moment.
      if (failure.code === 'LOADING' && remainingMs() > 500 && !signal.aborted) {
        const paused = await attempt(ids.pause({ ms: 100 }));
        if (!paused.failure) continue;
      }
      return fail(redisCodeOf(failure) ?? 'wrong-answer', {
        expected,
        actual: failure.message,
        evidence: [fact('error', failure.code)],
      });
    }
  },
});
