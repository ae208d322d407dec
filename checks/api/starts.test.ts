import { describe, expect, it } from 'vitest';
import { testCheck, verdictOf } from '../../src/check/tester.ts';
import { evidenceOf } from '../../src/testing/evidence-labels.ts';
import { answers } from '../../src/testing/stub-probes.ts';
import starts from './starts.ts';

const log = (...lines: (string | { pid?: number; msg: string; [field: string]: unknown })[]) => ({
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
          ...(typeof line === 'string' ? { raw: line } : { raw: line.msg, fields: line as never }),
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
      ...[
        { req: { method: 'GET' } },
        { method: 'GET', url: '/x' },
        { method: 'GET', path: '/x' },
        { method: 'GET', status: 500 },
        { http: { method: 'GET' } },
      ].map((fields) => ({
        when: `an error follows a request with ${Object.keys(fields)}`,
        probes: log('starting', { msg: 'request', ...fields }, 'SyntaxError: later'),
      })),
      {
        when: 'an error follows the start, and a request follows it',
        probes: log('listening', 'SyntaxError: later', '127.0.0.1 - "GET /x HTTP/1.1" 500'),
      },
      {
        when: 'an earlier process had an error, and the last one does not end its start',
        probes: log(
          { pid: 1, msg: 'listening' },
          { pid: 1, msg: 'Unhandled rejection' },
          { pid: 2, msg: 'starting' },
        ),
        summary: 'no sign of one in 1 line of the start, all lines: none marks the end of the start',
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
      ...[{ req: null }, { method: 'GET' }, { method: 7, url: '/x' }, { url: '/x' }, { http: null }].map(
        (fields) => ({
          when: `the line before it is no request: ${JSON.stringify(fields)}`,
          code: 'error-in-log' as const,
          probes: log('starting', { msg: 'x', ...fields }, 'SyntaxError: now'),
        }),
      ),
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

it('shows the first lines with the sign', async () => {
  const evidence = await evidenceOf(starts, {
    probes: log('starting', ...Array.from({ length: 7 }, (_, at) => `SyntaxError ${at}`)),
  });
  expect(evidence).toHaveLength(1);
  expect(evidence[0]).toMatchObject({
    ...{ label: 'SyntaxError', source: 'api.log', total: 7 },
    lines: Array.from({ length: 5 }, (_, at) => ({ number: at + 2, text: `SyntaxError ${at}` })),
  });
});

it('counts the lines of the start, or the one that ends it', async () => {
  const counted = async (...lines: string[]) =>
    (await verdictOf(starts, { probes: log(...lines) })) as { examined?: unknown };
  expect((await counted('a', 'b', 'listening')).examined).toContainEqual({ count: 2, what: 'lines' });
  expect((await counted('listening')).examined).toContainEqual({ count: 1, what: 'lines' });
});
