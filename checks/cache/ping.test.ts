import { describe, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { redis, reply, unusable } from '../../src/testing/redis-answers.ts';
import { inTurn } from '../../src/testing/responses.ts';
import ping from './ping.ts';

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
  { describe, it },
);
