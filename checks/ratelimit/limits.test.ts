import { describe, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { answering, inTurn, refused, response } from '../../src/testing/responses.ts';
import check from './limits.ts';

const ok = response(200);
const over = response(429, '', { 'retry-after': '1', 'ratelimit-limit': '3' });

testCheck(
  check,
  {
    passes: [
      {
        when: 'the fourth request is refused',
        probes: answering(inTurn(ok, ok, ok, over)),
        summary: '429 after 3 requests, Retry-After: 1',
      },
      {
        when: 'Retry-After is a date',
        probes: answering(
          inTurn(ok, ok, response(429, '', { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' })),
        ),
      },
      { when: 'the window was used up before', probes: answering(inTurn(over, ok, ok, ok, over)) },
      {
        when: 'there is one loopback address only',
        probes: answering(
          (
            (next) => (request) =>
              request.fromAddress ? new ProbeError('EADDRNOTAVAIL', 'no such address') : next()
          )(inTurn(ok, ok, ok, over)),
        ),
      },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      { when: 'no request is refused', code: 'no-limit', probes: answering(ok), options: { maxRequests: 5 } },
      {
        when: 'Retry-After is missing',
        code: 'no-retry-after',
        probes: answering(inTurn(ok, ok, response(429))),
      },
      {
        when: 'Retry-After is nonsense',
        code: 'no-retry-after',
        probes: answering(inTurn(ok, ok, response(429, '', { 'retry-after': 'soon' }))),
      },
      { when: 'every request is refused', code: 'too-early', probes: answering(over) },
      {
        when: 'it is another limit than announced',
        code: 'other-limit',
        probes: answering(inTurn(ok, ok, over)),
      },
      { when: 'a request breaks', code: 'wrong-status', probes: answering(response(500)) },
    ],
  },
  { describe, it },
);
