import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { answering, inTurn, refused, response } from '../../src/testing/responses.ts';
import health from './health.ts';
import ready from './ready.ts';
import tellsTruth from './ready-tells-truth.ts';
import starts from './starts.ts';

const runner = { describe, it };

testCheck(
  health,
  {
    passes: [{ when: 'it answers 200', probes: answering(response(200)), summary: '200 in 3 ms' }],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      { when: 'it answers 503', code: 'wrong-status', probes: answering(response(503)) },
      { when: 'it has no such endpoint', code: 'no-endpoint', probes: answering(response(404)) },
    ],
  },
  runner,
);

testCheck(
  ready,
  {
    passes: [
      { when: 'it answers 200', probes: answering(response(200)) },
      { when: 'it answers what is configured', probes: answering(response(204)), options: { status: 204 } },
    ],
    fails: [
      { when: 'nothing answers', code: 'unreachable', probes: answering(refused) },
      { when: 'there is no such endpoint', code: 'missing', probes: answering(response(404)) },
      {
        when: 'it is not ready',
        code: 'not-ready',
        probes: answering(response(503, { database: 'down' })),
        actual: /down/,
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
