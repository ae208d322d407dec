import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePrintedSpan } from './printed-span.ts';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8').trim();

describe('parsePrintedSpan', () => {
  it('reads the indented JSON of the Python SDK', () => {
    expect(parsePrintedSpan(fixture('python-span.txt'))).toEqual({
      traceId: '92b5cf0c3a64c1ad4be29ff0dcc3bf4d',
      spanId: '8a3c1b2d4e5f6071',
      parentSpanId: '1122334455667788',
      name: 'GET /health',
      kind: 'server',
      service: 'meatymusic-api',
      startMs: Date.UTC(2026, 0, 2, 3, 4, 5) + 123.456,
      durationMs: expect.closeTo(2.5, 5),
      traceState: '',
      status: 'error',
      attributes: { 'http.method': 'GET', 'http.status_code': 500 },
    });
  });

  it('reads what the Node SDK prints', () => {
    expect(parsePrintedSpan(fixture('node-span.txt'))).toEqual({
      traceId: '5da47773a538eb78551b3d5b610e6922',
      spanId: 'fc994391024ed73f',
      parentSpanId: 'a0c98ea744f524fe',
      name: 'pg.query',
      kind: 'client',
      service: `it's "me"`,
      startMs: 1795386524496,
      durationMs: 0.848311,
      traceState: '',
      status: 'error',
      attributes: {
        a: 1,
        b: `multi\nline xxx`,
        c: [1, 2, 3],
        d: [],
        e: 'q\'"`${x}',
        l: [0, 1],
        nested: '[Object]',
      },
    });
  });

  it('reads a span whose parent came with a tracestate, printed as a Map', () => {
    const map =
      "traceState: _TraceState {\n      _state: Map(2) { 'congo' => 't61', 1 => 'x' },\n      _set: Set(1) { 'a' }\n    }";
    const text = fixture('node-span.txt').replace('traceState: undefined', map);
    expect(text).toContain('=>');
    expect(parsePrintedSpan(text)).toMatchObject({ name: 'pg.query', parentSpanId: 'a0c98ea744f524fe' });
  });

  it('reads tracestate as each SDK prints it', () => {
    const node = (state: string) =>
      fixture('node-span.txt').replace(/traceState: undefined,\n {2}name/, `traceState: ${state},\n  name`);
    expect(parsePrintedSpan(node("'a=1,b=2'"))).toMatchObject({ traceState: 'a=1,b=2' });
    const map = "TraceState { _internalState: Map(2) { 'b' => '2', 'a' => '1' } }";
    expect(parsePrintedSpan(node(map))).toMatchObject({ traceState: 'a=1,b=2' });
    const python = `"trace_state": "['{key=a, value=1}', '{key=b, value={}}']"`;
    const printed = fixture('python-span.txt').replace('"trace_state": "[]"', python);
    expect(parsePrintedSpan(printed)).toMatchObject({ traceState: 'a=1,b={}' });
  });

  it('leaves unset what is not printed, and empty what is printed as missing', () => {
    const span = fixture('node-span.txt');
    const bare = span
      .replace(/ {2}resource: .*\n/, '')
      .replace(/ {2}traceState: undefined,\n {2}name/, '  name');
    const found = parsePrintedSpan(bare);
    expect(found).toMatchObject({ name: 'pg.query' });
    expect([found?.service, found?.traceState]).toEqual([undefined, undefined]);
    const unnamed = span.replace(/ {2}resource: .*\n/, '  resource: { attributes: {} },\n');
    expect(parsePrintedSpan(unnamed)?.service).toBe('');
  });

  it('reads the indented JSON of Go, as lists of keys and values', () => {
    const span = {
      Name: 'GET /',
      SpanContext: {
        TraceID: '92b5cf0c3a64c1ad4be29ff0dcc3bf4d',
        SpanID: '8a3c1b2d4e5f6071',
        TraceFlags: '01',
      },
      Parent: { TraceID: '92b5cf0c3a64c1ad4be29ff0dcc3bf4d', SpanID: '0000000000000000' },
      SpanKind: 2,
      StartTime: '2026-01-02T03:04:05.1Z',
      EndTime: '2026-01-02T03:04:05.2Z',
      Attributes: [{ Key: 'http.route', Value: { Type: 'STRING', Value: '/' } }],
      Status: { Code: 'Ok' },
      Resource: [{ Key: 'service.name', Value: { Type: 'STRING', Value: 'go' } }],
    };
    const parsed = parsePrintedSpan(JSON.stringify(span, null, '\t'));
    expect(parsed).toMatchObject({
      kind: 'server',
      service: 'go',
      status: 'ok',
      attributes: { 'http.route': '/' },
    });
    expect(parsed).not.toHaveProperty('parentSpanId');
  });

  it.each([
    ['another object', '{\n  traceId: 5,\n  level: 3\n}'],
    [
      'a span without a valid ID',
      "{\n  traceId: '00000000000000000000000000000000',\n  id: 'fc994391024ed73f',\n  timestamp: 1,\n  duration: 1\n}",
    ],
    ['a cut object', "{\n  traceId: '5da47773a538eb78551b3d5b610e6922',\n  id: 'fc99"],
    ['code', '{\n  return traceId;\n}'],
  ])('does not take %s for a span', (_what, text) => {
    expect(parsePrintedSpan(text)).toBeUndefined();
  });
});
