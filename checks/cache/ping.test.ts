import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { pinged, redisServer, reply, unusable } from '../../src/testing/redis-answers.ts';
import ping from './ping.ts';

const loading = new ProbeError('LOADING', 'LOADING Redis is loading');

/** Loads for a number of requests, in a run that may pause so many times. */
function loadingFor(requests: number, pauses: number) {
  let asked = 0;
  let paused = 0;
  return {
    ...pinged(() => (++asked > requests ? reply('PONG') : loading)),
    ids: {
      pause: ({ ms }: { ms: number }) => {
        if (ms !== 100) return new TypeError(`a pause of ${ms} ms`) as never;
        return (++paused > pauses ? new ProbeError('TIMEOUT', 'time is up') : undefined) as never;
      },
    },
  };
}

testCheck(
  ping,
  {
    passes: [
      { when: 'it answers PONG', probes: redisServer(), summary: 'PONG from 127.0.0.1:6379 in 1 ms' },
      { when: 'it is done loading', probes: loadingFor(2, 2) },
    ],
    fails: [
      {
        when: 'nothing listens',
        code: 'unreachable',
        probes: pinged(new ProbeError('ECONNREFUSED', 'nothing listens there')),
        expected: 'PONG from localhost:6379',
        actual: 'nothing listens there',
      },
      { when: 'it is silent', code: 'timeout', probes: pinged(new ProbeError('TIMEOUT', 'no reply')) },
      ...unusable.filter(({ code }) => code !== 'loading'),
      { when: 'it loads for long', code: 'loading', probes: loadingFor(5, 3) },
      {
        when: 'a password is needed',
        code: 'refused',
        probes: pinged(new ProbeError('NOAUTH', 'NOAUTH Authentication required.')),
        actual: 'NOAUTH Authentication required.',
      },
      {
        when: 'it answers something else',
        code: 'wrong-answer',
        probes: pinged(reply('OK')),
        actual: 'it answers "OK"',
      },
      {
        when: 'the error is another one',
        code: 'wrong-answer',
        probes: pinged(new ProbeError('ERR', 'ERR unknown command')),
        actual: 'ERR unknown command',
      },
    ],
  },
  { describe, it },
);

it('shows the reply, or the error', async () => {
  expect(await evidenceLabels(ping, { probes: redisServer() })).toEqual(['pass', 'address', 'reply']);
  const refused = new ProbeError('NOAUTH', 'NOAUTH Authentication required.');
  expect(await evidenceLabels(ping, { probes: pinged(refused) })).toEqual(['refused', 'error']);
});
