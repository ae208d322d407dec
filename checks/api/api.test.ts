import { describe, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { answering, inTurn, refused, response } from '../../src/testing/responses.ts';
import health from './health.ts';
import ready from './ready.ts';
import tellsTruth from './ready-tells-truth.ts';
import starts from './starts.ts';

const runner = { describe, it };

const cut = new ProbeError('TRUNCATED', 'the body ended after 3 of 100 bytes');
const late = new ProbeError('TIMEOUT', 'no response within 4 s');
testCheck(
  health,
  {
    passes: [
      { when: 'it answers 200', probes: answering(response(200)), summary: '200 in 3 ms' },
      {
        when: 'the address of the API has a path',
        stack: { services: { api: { url: 'http://localhost:8000/v1' } } },
        probes: answering(({ url }) => response(url === 'http://localhost:8000/v1/health' ? 200 : 404)),
      },
      { when: 'it means to answer 401', options: { status: 401 }, probes: answering(response(401)) },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      { when: 'no answer comes', code: 'timeout', probes: answering(late) },
      { when: 'the answer breaks off', code: 'unreadable', probes: answering(cut) },
      { when: 'it answers 503', code: 'wrong-status', probes: answering(response(503)) },
      {
        when: 'it redirects',
        code: 'wrong-status',
        probes: answering(response(302, '', { location: '/login' })),
        actual: 'it answers 302 with Location: /login',
      },
      { when: 'it has no such endpoint', code: 'no-endpoint', probes: answering(response(404)) },
      { when: 'it needs a token', code: 'needs-a-token', probes: answering(response(401)) },
      { when: 'the limit is reached', code: 'rate-limited', probes: answering(response(429)) },
    ],
  },
  runner,
);

const pong = { reply: 'PONG', durationMs: 1, address: '127.0.0.1:6379' };
const rows = { rows: [{ '?column?': 1 }], rowCount: 1, fields: ['?column?'], durationMs: 1 } as never;
/** Readiness beside what the database and the cache answer. */
const beside = (http: Parameters<typeof answering>[0], database: unknown = rows, cache: unknown = pong) => ({
  ...answering(http),
  postgres: { query: database as never },
  redis: { command: cache as never },
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
        probes: beside(response(503, { database: 'down' })),
        actual: /down/,
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
  runner,
);

const log = (...lines: (string | { pid: number; msg: string })[]) => ({
  logs: {
    available: { available: true, source: 'api.log' },
    find: {
      source: 'api.log',
      scanned: lines.length,
      matched: lines.length,
      records: lines.map((line, index) => ({
        number: index + 1,
        structured: typeof line !== 'string',
        ...(typeof line === 'string' ? { raw: line } : { raw: line.msg, fields: line }),
      })),
    },
  },
});
testCheck(
  starts,
  {
    passes: [
      {
        when: 'the log has no sign of an error',
        probes: log('starting', 'connected', 'listening', 'request completed'),
        summary: 'no sign of one in 2 lines of the start, up to line 3',
      },
      {
        when: 'an error follows the start',
        probes: log('INFO: Application startup complete.', 'Traceback (most recent call last)'),
      },
      {
        when: 'an error follows the first request',
        probes: log('starting', '127.0.0.1 - "GET /x HTTP/1.1" 500', 'ModuleNotFoundError: later'),
      },
      {
        when: 'an earlier process had an error after its start',
        probes: log(
          { pid: 1, msg: 'listening' },
          { pid: 1, msg: 'Unhandled rejection' },
          { pid: 2, msg: 'starting' },
          { pid: 2, msg: 'listening' },
        ),
        summary: 'no sign of one in 1 line of the start, up to line 4',
      },
    ],
    fails: [
      {
        when: 'a module is missing',
        code: 'error-in-log',
        probes: log('starting', "ModuleNotFoundError: No module named 'app'"),
        actual: 'line 2 of api.log holds "ModuleNotFoundError"',
      },
      {
        when: 'it started again until it worked',
        code: 'error-in-log',
        probes: log(
          { pid: 1, msg: "Cannot find module 'x'" },
          { pid: 2, msg: 'starting' },
          { pid: 2, msg: 'listening' },
        ),
        actual: /^line 1 /,
      },
      {
        when: 'the last start failed',
        code: 'error-in-log',
        probes: log({ pid: 1, msg: 'listening' }, { pid: 2, msg: 'Error: listen EADDRINUSE: listening?' }),
        actual: /^line 2 /,
      },
      {
        when: 'nothing marks the end of the start',
        code: 'error-in-log',
        probes: log('hello', 'SyntaxError: x'),
        hint: /option ready/,
      },
      { when: 'the log is empty', code: 'no-log', probes: log() },
    ],
    skips: [
      {
        when: 'the log cannot be read',
        probes: { logs: { available: { available: false, source: '', enable: 'services.api.log' } } },
        enable: 'services.api.log',
      },
    ],
  },
  runner,
);

let now = 0;
const controlled = () => ({
  control: { available: { available: true }, stop: { durationMs: 1 }, start: { durationMs: 1 } },
  ids: {
    now: () => {
      now += 1000;
      return now;
    },
  },
});
testCheck(
  tellsTruth,
  {
    passes: [
      {
        when: 'it turns and comes back',
        probes: {
          ...controlled(),
          ...answering(inTurn(response(200), response(200), response(503), response(503), response(200))),
        },
      },
      {
        when: 'it does not answer at all meanwhile',
        probes: { ...controlled(), ...answering(inTurn(response(200), refused, response(200))) },
      },
    ],
    fails: [
      {
        when: 'it was not ready before',
        code: 'not-ready-before',
        probes: { ...controlled(), ...answering(response(503)) },
      },
      { when: 'it stays 200', code: 'lies', probes: { ...controlled(), ...answering(response(200)) } },
      {
        when: 'it never comes back',
        code: 'does-not-recover',
        probes: { ...controlled(), ...answering(inTurn(response(200), response(503))) },
      },
    ],
    skips: [
      {
        when: 'the database cannot be stopped',
        probes: {
          control: { available: { available: false, enable: 'meatymusic up' } },
          ...answering(refused),
        },
      },
    ],
  },
  runner,
);
