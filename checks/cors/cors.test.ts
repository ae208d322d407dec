import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { answering, refused, response } from '../../src/testing/responses.ts';
import allowed from './allowed-origin.ts';
import errors from './errors-keep-headers.ts';
import foreign from './foreign-origin.ts';
import preflight from './preflight.ts';

const origin = { 'access-control-allow-origin': 'http://localhost:3000' };
const granted = {
  ...origin,
  'access-control-allow-methods': 'GET, PUT',
  'access-control-allow-headers': 'Authorization, Content-Type, traceparent, X-Service-Name',
};
const runner = { describe, it };

testCheck(
  allowed,
  {
    passes: [
      {
        when: 'the origin is named',
        probes: answering(response(200, '', { ...origin, vary: 'Accept, Origin' })),
      },
      {
        when: 'every origin is allowed',
        probes: answering(response(200, '', { 'access-control-allow-origin': '*' })),
      },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      { when: 'the header is missing', code: 'no-header', probes: answering(response(200)) },
      {
        when: 'another origin is allowed',
        code: 'other-origin',
        probes: answering(response(200, '', { 'access-control-allow-origin': 'null' })),
      },
      { when: 'Vary is missing', code: 'no-vary', probes: answering(response(200, '', origin)) },
    ],
  },
  runner,
);

testCheck(
  foreign,
  {
    passes: [
      { when: 'no header is sent', probes: answering(response(200)) },
      { when: 'another origin is named', probes: answering(response(200, '', origin)) },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      {
        when: 'the origin is reflected',
        code: 'allowed-to-read',
        probes: answering((request) =>
          response(200, '', { 'access-control-allow-origin': request.headers?.origin ?? '' }),
        ),
      },
      {
        when: 'only the preflight is granted',
        code: 'preflight-granted',
        probes: answering(({ method }) =>
          response(204, '', method === 'OPTIONS' ? { 'access-control-allow-origin': '*' } : {}),
        ),
      },
    ],
  },
  runner,
);

testCheck(
  preflight,
  {
    passes: [{ when: 'method and headers are allowed', probes: answering(response(204, '', granted)) }],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      { when: 'OPTIONS needs a token', code: 'wrong-status', probes: answering(response(401)) },
      { when: 'the origin is not named', code: 'origin-missing', probes: answering(response(204)) },
      {
        when: 'PUT is not allowed',
        code: 'method-missing',
        probes: answering(response(204, '', { ...granted, 'access-control-allow-methods': 'GET' })),
      },
      {
        when: 'traceparent is not allowed',
        code: 'headers-missing',
        actual: 'not allowed: traceparent, x-service-name',
        probes: answering(
          response(204, '', { ...granted, 'access-control-allow-headers': 'authorization, content-type' }),
        ),
      },
      {
        when: 'a wildcard is expected to include Authorization',
        code: 'headers-missing',
        actual: 'not allowed: authorization',
        probes: answering(response(204, '', { ...granted, 'access-control-allow-headers': '*' })),
      },
    ],
  },
  runner,
);

testCheck(
  errors,
  {
    passes: [{ when: 'every error has the header', probes: answering(response(404, '', origin)) }],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      { when: 'a path is no error', code: 'not-an-error', probes: answering(response(200, '', origin)) },
      {
        when: 'one error loses the header',
        code: 'header-lost',
        probes: answering(({ url }) => response(404, '', url.endsWith('/me') ? {} : origin)),
      },
    ],
  },
  runner,
);
