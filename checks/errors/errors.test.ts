import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { answering, envelope, refused, response } from '../../src/testing/responses.ts';
import methodNotAllowed from './method-not-allowed.ts';
import notFound from './not-found.ts';
import payloadTooLarge from './payload-too-large.ts';
import serverError from './server-error.ts';
import unsupportedMediaType from './unsupported-media-type.ts';
import validation from './validation.ts';

const runner = { describe, it };
const none = { ids: { token: { available: false, token: '', enable: 'auth.token' } } };

/** Each way in which an error answer with this status can be wrong. */
const wrong = (status: number) => [
  { when: 'nothing answers', code: 'unreachable' as const, probes: answering(refused) },
  {
    when: 'the status is 200',
    code: 'wrong-status' as const,
    probes: answering(response(200, envelope('x'))),
  },
  {
    when: 'there is no such endpoint',
    code: 'no-endpoint' as const,
    ...(status === 404 && { options: { statuses: [410] } }),
    probes: answering(response(404, envelope('not_found'))),
  },
  {
    when: 'the body is HTML',
    code: 'not-an-envelope' as const,
    probes: answering(response(status, '<h1>Error</h1>')),
  },
  {
    when: 'the body is empty',
    code: 'not-an-envelope' as const,
    probes: answering(response(status)),
    actual: 'its body is empty',
  },
  {
    when: 'there is no code',
    code: 'not-an-envelope' as const,
    actual: 'its JSON has no code',
    probes: answering(response(status, { detail: 'Not Found' })),
  },
  {
    when: 'there is no trace ID',
    code: 'no-trace-id' as const,
    probes: answering(response(status, envelope('x', { trace_id: undefined }))),
  },
  {
    when: 'the trace ID is of another request',
    code: 'other-trace-id' as const,
    probes: answering(response(status, envelope('x', { trace_id: 'a'.repeat(32) }))),
  },
  ...[
    'Error: x\n    at run (/app/src/main.js:10:5)',
    'Traceback (most recent call last):',
    'select id from users where tenant_id = $1',
    'connect ECONNREFUSED 10.0.0.3:5432',
    'cannot open /app/config/secret.yaml',
    'postgresql://user@db/meatymusic is down',
  ].map((message) => ({
    when: `it says "${message.split('\n')[0]}"`,
    code: 'internals-shown' as const,
    probes: answering(response(status, envelope('x', { message }))),
  })),
];

for (const [check, status, code] of [
  [notFound, 404, 'not_found'],
  [methodNotAllowed, 405, 'method_not_allowed'],
  [validation, 422, 'validation_failed'],
] as const) {
  testCheck(
    check,
    {
      passes: [
        {
          when: 'the envelope is complete',
          probes: answering(response(status, envelope(code))),
          summary: `${status} ${code}`,
        },
        {
          when: 'the fields have other names',
          probes: answering(
            response(status, { code, detail: 'No.', traceId: '0x0AF7651916CD43DD8448EB211C80319C' }),
          ),
        },
      ],
      fails: wrong(status),
    },
    runner,
  );
}

for (const [check, status] of [
  [payloadTooLarge, 413],
  [unsupportedMediaType, 415],
] as const) {
  testCheck(
    check,
    {
      passes: [
        { when: 'the envelope is complete', probes: answering(response(status, envelope('refused'))) },
      ],
      fails: wrong(status),
      skips: [
        {
          when: 'a token is needed and there is none',
          probes: { ...answering(response(401, envelope('unauthorized'))), ...none },
        },
      ],
    },
    runner,
  );
}

const control = { available: { available: true }, stop: { durationMs: 1 }, start: { durationMs: 1 } };
testCheck(
  serverError,
  {
    passes: [
      { when: 'it answers 503', probes: { control, ...answering(response(503, envelope('unavailable'))) } },
    ],
    fails: wrong(500).map((each) => ({ ...each, probes: { control, ...each.probes } })),
    skips: [
      {
        when: 'the database cannot be stopped',
        probes: {
          control: { available: { available: false, enable: 'meatymusic up' } },
          ...answering(refused),
        },
        enable: 'meatymusic up',
      },
      { when: 'there is no token', probes: { control, ...answering(refused), ...none } },
    ],
  },
  runner,
);
