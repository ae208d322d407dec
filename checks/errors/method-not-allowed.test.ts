import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { none, traced, withToken, wrong } from '../../src/testing/error-answers.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { envelope, refused, response } from '../../src/testing/responses.ts';
import { answers, type HttpAnswer, serving } from '../../src/testing/stub-probes.ts';
import methodNotAllowed from './method-not-allowed.ts';

const allowing = (status: number, body: unknown) => response(status, body, { allow: 'GET, HEAD' });

/** An API whose health endpoint answers DELETE so, and GET as given. */
const at = (answer: HttpAnswer, get: HttpAnswer = response(404)) =>
  serving({ 'DELETE /health': answers([{ headers: traced }, answer]), 'GET /health': get });

const notFound = response(404, envelope('not_found'));

testCheck(
  methodNotAllowed,
  {
    passes: [
      {
        when: 'the envelope is complete and Allow is sent',
        probes: at(allowing(405, envelope('method_not_allowed'))),
        summary: '405 method_not_allowed',
      },
      {
        when: 'a token is needed, and there is one',
        probes: at(withToken(allowing(405, envelope('method_not_allowed')))),
      },
      {
        when: 'the options name path and method',
        options: { path: '/songs', method: 'PATCH' },
        probes: serving({ 'PATCH /songs': allowing(405, envelope('method_not_allowed')) }),
      },
      {
        when: 'the framework answers 404, which is accepted',
        options: { notFound: 'accept' },
        probes: at(notFound, response(200)),
        summary: '404 not_found',
      },
    ],
    fails: [
      ...wrong(405, at),
      {
        when: 'the path is unknown, and 404 is accepted',
        code: 'no-endpoint',
        options: { notFound: 'accept' },
        probes: at(notFound, notFound),
      },
      {
        when: 'the framework answers 404',
        code: 'answers-not-found',
        probes: at(notFound, response(200)),
        actual: 'it answers 404, and GET answers 200',
      },
      {
        when: 'the framework answers 404, and GET nothing',
        code: 'answers-not-found',
        probes: at(notFound, refused),
        actual: 'it answers 404, and GET answers nothing',
      },
      {
        when: 'a 404 is accepted and shows SQL',
        code: 'internals-shown',
        options: { notFound: 'accept' },
        probes: at(response(404, envelope('x', { message: 'select * from users' })), response(200)),
      },
      {
        when: 'Allow is missing',
        code: 'no-allow',
        probes: at(response(405, envelope('method_not_allowed'))),
        actual: '405 without Allow',
      },
    ],
    skips: [
      {
        when: 'a token is needed and there is none',
        probes: { ...at(response(401, envelope('unauthorized'))), ...none },
        reason: /needs a token/,
        enable: 'auth.token',
      },
    ],
  },
  { describe, it },
);

it('shows each response', async () => {
  const labels = (get: HttpAnswer) => evidenceLabels(methodNotAllowed, { probes: at(notFound, get) });
  expect(await labels(response(200))).toEqual(['answers-not-found', 'DELETE', 'GET']);
});
