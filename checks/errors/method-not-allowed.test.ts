import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { none, wrong } from '../../src/testing/error-answers.ts';
import { answering, envelope, inTurn, response } from '../../src/testing/responses.ts';
import methodNotAllowed from './method-not-allowed.ts';

const allowing = (status: number, body: unknown) => response(status, body, { allow: 'GET, HEAD' });

testCheck(
  methodNotAllowed,
  {
    passes: [
      {
        when: 'the envelope is complete and Allow is sent',
        probes: answering(allowing(405, envelope('method_not_allowed'))),
        summary: '405 method_not_allowed',
      },
      {
        when: 'the framework answers 404, which is accepted',
        options: { notFound: 'accept' },
        probes: answering(inTurn(response(404, envelope('not_found')), response(200))),
        summary: '404 not_found',
      },
    ],
    fails: [
      ...wrong(405),
      {
        when: 'the framework answers 404',
        code: 'answers-not-found',
        probes: answering(inTurn(response(404, envelope('not_found')), response(200))),
      },
      {
        when: 'a 404 is accepted and shows SQL',
        code: 'internals-shown',
        options: { notFound: 'accept' },
        probes: answering(
          inTurn(response(404, envelope('x', { message: 'select * from users' })), response(200)),
        ),
      },
      {
        when: 'Allow is missing',
        code: 'no-allow',
        probes: answering(response(405, envelope('method_not_allowed'))),
      },
    ],
    skips: [
      {
        when: 'a token is needed and there is none',
        probes: { ...answering(response(401, envelope('unauthorized'))), ...none },
      },
    ],
  },
  { describe, it },
);
