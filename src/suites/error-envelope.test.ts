import { describe, expect, test } from 'vitest';
import { response, testTraceId as traceId } from '../testing/responses.ts';
import { judgeErrorEnvelope } from './error-envelope.ts';

const paths = {
  codePaths: ['error.code', 'code'],
  messagePaths: ['error.message', 'message'],
  traceIdPaths: ['trace_id', 'request_id'],
};
const judge = (status: number, body: unknown, headers = {}, statuses = [400]) =>
  judgeErrorEnvelope(response(status, body, headers), { url: 'http://x/', statuses, traceId, paths });
const good = { code: 'bad', message: 'No.', trace_id: traceId };
const json = { 'content-type': 'application/json' };
const problem = { 'content-type': 'application/problem+json' };

describe('the code and the message', () => {
  test.each([[null], [''], [false], [undefined]])('%j is none', (value) => {
    expect(judge(400, { ...good, code: value })).toMatchObject({
      code: 'not-an-envelope',
      actual: 'its JSON has no code',
    });
    expect(judge(400, { ...good, message: value })).toMatchObject({ actual: 'its JSON has no message' });
  });

  test.each([[0], [7], [true], ['x']])('%j is one', (value) => {
    expect(judge(400, { ...good, code: value })).toEqual({
      expected: '400 with an envelope: code, message, trace ID, no internals',
      actual: `400 ${value}`,
    });
  });

  test.each([['null'], ['[]'], ['"bad"'], ['7'], ['']])('the body %s has none', (body) => {
    expect(judge(400, body, json).actual).toBe(
      body === '' ? 'its body is empty' : 'its body is no JSON object (application/json)',
    );
  });

  test('problem details are known by the whole type', () => {
    const body = { title: 'No.', trace_id: traceId };
    expect(judge(400, body, problem).code).toBeUndefined();
    expect(judge(400, body, { 'content-type': 'x-application/problem+json' }).code).toBe('not-an-envelope');
    expect(judge(400, { detail: 'No.', trace_id: traceId }, problem).code).toBe('not-an-envelope');
    expect(judge(400, { code: 'x', trace_id: traceId }, problem).code).toBe('not-an-envelope');
    expect(judge(400, { ...body, status: 400 }, problem).code).toBeUndefined();
  });
});

describe('the trace ID', () => {
  const traced = (trace_id: unknown) => judge(400, { ...good, trace_id });

  test.each([[` ${traceId} `], [`0x${traceId}`], [traceId.toUpperCase()]])(
    '%s is that of the request',
    (id) => {
      expect(traced(id).code).toBeUndefined();
    },
  );

  test.each([[' '], ['none'], ['N/A'], [null], ['[object Object]'], ['0'.repeat(16)]])('%j is none', (id) => {
    expect(traced(id).code).toBe('no-trace-id');
  });

  test.each([['c0x'.repeat(20)], ['f'.repeat(200)]])('%s is another one', (id) => {
    expect(traced(id)).toMatchObject({
      code: 'other-trace-id',
      actual: `trace_id is ${id.slice(0, 100)}, not ${traceId}`,
    });
  });

  // Only 32 hexadecimal digits name a trace; any other text names the request.
  test.each([
    ['a'.repeat(32), 'other-trace-id'],
    ['a'.repeat(33), undefined],
    [`${'a'.repeat(31)}g`, undefined],
    [`g${'a'.repeat(32)}`, undefined],
    [`${'a'.repeat(32)}g`, undefined],
    ['a', undefined],
    [`0x${'1'.repeat(32)}`, 'other-trace-id'],
    ['g'.repeat(32), undefined],
  ])('the request ID %s', (request_id, code) => {
    expect(judge(400, { code: 'bad', message: 'No.', request_id }).code).toBe(code);
  });
});

describe('the status', () => {
  test('is one of several', () => {
    expect(judge(422, good, {}, [400, 422])).toEqual({
      expected: 'one of 400, 422 with an envelope: code, message, trace ID, no internals',
      actual: '422 bad',
    });
    expect(judge(404, good, {}, [400, 422])).toMatchObject({ code: 'no-endpoint' });
  });

  test('of an error shows internals, and that of a success does not', () => {
    const shown = { ...good, message: 'Error: x\n    at run (/app/src/main.js:10:5)' };
    expect(judge(400, shown).code).toBe('internals-shown');
    expect(judge(399, shown).code).toBe('wrong-status');
  });
});
