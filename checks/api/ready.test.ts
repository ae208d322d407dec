import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { cut, late } from '../../src/testing/api-answers.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { refused, response } from '../../src/testing/responses.ts';
import { answers, type HttpAnswer, serving } from '../../src/testing/stub-probes.ts';
import ready from './ready.ts';

const pong = { reply: 'PONG', durationMs: 1, address: '127.0.0.1:6379' };

const rows = { rows: [{ '?column?': 1 }], rowCount: 1, fields: ['?column?'], durationMs: 1 } as never;

/** Readiness beside what the database and the cache answer. */
const beside = (http: HttpAnswer, database: unknown = rows, cache: unknown = pong) => ({
  ...serving({ 'GET /health/ready': http }),
  postgres: { query: answers([{ sql: 'select 1' }, database as never]) },
  redis: { command: answers([{ name: 'PING' }, cache as never]) },
});

const away = new ProbeError('ECONNREFUSED', 'localhost:5432: ECONNREFUSED, nothing listens there');

const silent = new ProbeError('TIMEOUT', 'no answer');

const wrongPassword = new ProbeError('28P01', 'password authentication failed');

testCheck(
  ready,
  {
    passes: [
      { when: 'it answers 200', probes: beside(response(200)), summary: '200 in 3 ms' },
      { when: 'it answers what is configured', probes: beside(response(204)), options: { status: 204 } },
      {
        when: 'it answers 403, which is configured',
        probes: beside(response(403)),
        options: { status: 403 },
      },
      {
        when: 'the cache is away and it names that',
        probes: beside(response(200, { status: 'degraded', cache: 'down' }), rows, away),
        summary: '200 in 3 ms',
      },
      {
        when: 'the cache is away and it names that as false',
        probes: beside(response(200, { status: 'ok', cache: { connected: false } }), rows, away),
      },
      {
        when: 'the password that the run has is refused',
        probes: beside(response(200), wrongPassword),
        summary: '200 in 3 ms; not compared with the database',
      },
      { when: 'the one session of the database is busy', probes: beside(response(200), silent) },
      {
        when: 'the stack has neither',
        stack: { services: { database: { enabled: false }, cache: { enabled: false } } },
        probes: beside(response(200), away, away),
      },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: beside(refused) },
      { when: 'no answer comes', code: 'timeout', probes: beside(late) },
      { when: 'the answer breaks off', code: 'unreadable', probes: beside(cut) },
      { when: 'there is no such endpoint', code: 'no-endpoint', probes: beside(response(404)) },
      { when: 'it needs a token', code: 'needs-a-token', probes: beside(response(403)) },
      { when: 'the limit is reached', code: 'rate-limited', probes: beside(response(429)) },
      {
        when: 'it is not ready',
        code: 'not-ready',
        probes: beside(response(503, `down ${'x'.repeat(400)}`)),
        actual: `it answers 503: down ${'x'.repeat(295)}`,
      },
      {
        when: 'the database is away',
        code: 'lies',
        probes: beside(response(200, { status: 'ok' }), away),
        actual: /^it answers 200, while the database does not answer: localhost:5432/,
      },
      {
        when: 'the database is away, and the body alone names that',
        code: 'lies',
        probes: beside(response(200, { database: 'down' }), away),
      },
      {
        when: 'the database is silent',
        code: 'lies',
        stack: { runtime: 'external' },
        probes: beside(response(200), silent),
      },
      {
        when: 'the cache is away, and only names of fields and numbers look like it',
        code: 'lies',
        probes: beside(response(200, { status: 'ok', error: null, errors: 0, latency: 0.5 }), rows, away),
      },
      {
        when: 'the cache is away and it does not name that',
        code: 'lies',
        probes: beside(response(200, { status: 'ok', cache: 'up' }), rows, away),
        actual: /the cache does not answer/,
      },
    ],
  },
  { describe, it },
);

it('shows the response and what contradicts it', async () => {
  const labels = (...given: Parameters<typeof beside>) => evidenceLabels(ready, { probes: beside(...given) });
  expect(await labels(response(200))).toEqual(['pass', 'readiness']);
  expect(await labels(response(503))).toEqual(['not-ready', 'readiness']);
  expect(await labels(response(200), away)).toEqual(['lies', 'readiness', 'database']);
  expect(await labels(response(200), wrongPassword)).toEqual(['pass', 'readiness', 'database']);
});
