import { answering, refused, response, timedOut, unreadable } from './responses.ts';

export const web = 'http://localhost:3000';

export const origin = { 'access-control-allow-origin': web };

export const oneOrigin = { services: { web: { url: 'http://localhost:8000' } } };

export const webAway = { absent: { web: { reason: 'it does not run', hint: 'meatymusic up' } } };

export const withHeaders = (headers: Record<string, string>) => answering(response(200, '', headers));

export const obstacles = [
  { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
  { when: 'the answer is late', code: 'timeout', probes: answering(timedOut) },
  { when: 'the answer cannot be read', code: 'unreadable', probes: answering(unreadable) },
  { when: 'there are too many requests', code: 'rate-limited', probes: answering(response(429, '', origin)) },
] as const;

export const unserved = [
  { when: 'the path serves nothing', code: 'no-endpoint', probes: answering(response(404)) },
  { when: 'the API fails', code: 'not-judged', probes: answering(response(500)) },
] as const;
