import { refused, response, timedOut, unreadable } from './responses.ts';
import type { HttpAnswer, serving } from './stub-probes.ts';

export const web = 'http://localhost:3000';

export const origin = { 'access-control-allow-origin': web };

export const oneOrigin = { services: { web: { url: 'http://localhost:8000' } } };

export const webAway = { absent: { web: { reason: 'it does not run', hint: 'meatymusic up' } } };

export const allowing = (headers: Record<string, string>) => response(200, '', headers);

/** The cases in which no answer can be judged, where `at` serves one on each path of the check. */
export const obstacles = (at: (answer: HttpAnswer) => ReturnType<typeof serving>) =>
  [
    { when: 'nothing answers', code: 'unreachable', probes: at(refused) },
    { when: 'the answer is late', code: 'timeout', probes: at(timedOut) },
    { when: 'the answer cannot be read', code: 'unreadable', probes: at(unreadable) },
    { when: 'there are too many requests', code: 'rate-limited', probes: at(response(429, '', origin)) },
  ] as const;

export const unserved = (at: (answer: HttpAnswer) => ReturnType<typeof serving>) =>
  [
    ...[404, 405, 410, 501].map((status) => ({
      when: `the path answers ${status}`,
      code: 'no-endpoint' as const,
      probes: at(response(status, '', origin)),
    })),
    ...[500, 503].map((status) => ({
      when: `the API fails with ${status}`,
      code: 'not-judged' as const,
      probes: at(response(status, '', origin)),
    })),
  ] as const;
