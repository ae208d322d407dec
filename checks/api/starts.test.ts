import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { answers } from '../../src/testing/stub-probes.ts';
import starts from './starts.ts';

const log = (...lines: (string | { pid: number; msg: string })[]) => ({
  logs: {
    available: answers([{ service: 'api' }, { available: true, source: 'api.log' }]),
    find: answers([
      { service: 'api', limit: 5000 },
      {
        source: 'api.log',
        scanned: lines.length,
        matched: lines.length,
        records: lines.map((line, index) => ({
          number: index + 1,
          structured: typeof line !== 'string',
          ...(typeof line === 'string' ? { raw: line } : { raw: line.msg, fields: line }),
        })),
      },
    ]),
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
        probes: {
          logs: {
            available: answers([
              { service: 'api' },
              { available: false, source: '', enable: 'services.api.log' },
            ]),
          },
        },
        reason: /cannot be read/,
        enable: 'services.api.log',
      },
    ],
  },
  { describe, it },
);
