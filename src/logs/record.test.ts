import { describe, expect, it } from 'vitest';
import { toRecord } from './record.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';
const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

/** One line as each logger writes it, and its shape. All say the same: info, "listening", this time, trace and span. */
const lines: [shape: string, line: string][] = [
  [
    'pino',
    `{"level":30,"time":${at},"pid":1,"hostname":"h","trace_id":"${trace}","span_id":"${span}","msg":"listening"}`,
  ],
  [
    'pino',
    `{"level":"info","time":"2026-01-02T03:04:05.678Z","pid":1,"hostname":"h","traceId":"${trace}","spanId":"${span}","msg":"listening"}`,
  ],
  [
    'structlog',
    `{"event": "listening", "level": "info", "timestamp": "2026-01-02T03:04:05.678000Z", "trace_id": "${trace}", "span_id": "${span}"}`,
  ],
  [
    'python-json-logger',
    `{"asctime": "2026-01-02 03:04:05,678", "levelname": "INFO", "message": "listening", "otelTraceID": "${trace}", "otelSpanID": "${span}", "otelServiceName": "api"}`,
  ],
  [
    'zap',
    `{"level":"info","ts":1767323045.678,"caller":"main.go:10","msg":"listening","trace_id":"${trace}","span_id":"${span}"}`,
  ],
  [
    'json',
    `{"level":"info","time":"2026-01-02T03:04:05.678Z","message":"listening","traceID":"${trace}","spanID":"${span}"}`,
  ],
  [
    'json',
    `{"level":"info","msg":"listening","time":"2026-01-02T03:04:05.678Z","trace_id":"${trace}","span_id":"${span}"}`,
  ],
  [
    'slog',
    `{"time":"2026-01-02T03:04:05.678Z","level":"INFO","msg":"listening","trace_id":"${trace}","span_id":"${span}"}`,
  ],
  [
    'logback',
    `{"@timestamp":"2026-01-02T04:04:05.678+01:00","@version":"1","message":"listening","logger_name":"a.B","thread_name":"main","level":"INFO","level_value":20000,"trace_id":"${trace}","span_id":"${span}"}`,
  ],
  [
    'logback',
    `{"sequenceNumber":0,"timestamp":${at},"nanoseconds":678123456,"level":"INFO","threadName":"main","loggerName":"a.B","context":{"name":"default","birthdate":1767323000000,"properties":{}},"mdc":{"traceId":"${trace}","spanId":"${span}"},"message":"listening","throwable":null}`,
  ],
  [
    'ecs',
    `{"@timestamp":"2026-01-02T03:04:05.678Z","log.level":"INFO","message":"listening","ecs.version":"1.2.0","trace.id":"${trace}","span.id":"${span}","service.name":"api"}`,
  ],
  [
    'ecs',
    `{"@timestamp":"2026-01-02T03:04:05.678Z","log":{"level":"info"},"message":"listening","ecs":{"version":"8.11"},"trace":{"id":"${trace}"},"span":{"id":"${span}"},"service":{"name":"api"}}`,
  ],
  [
    'otel',
    `{"timestamp":"2026-01-02T03:04:05.678Z","severity_text":"INFO","severity_number":9,"body":"listening","trace_id":"0x${trace}","span_id":"0x${span}"}`,
  ],
  [
    'bunyan',
    `{"name":"api","hostname":"h","pid":1,"level":30,"msg":"listening","time":"2026-01-02T03:04:05.678Z","v":0,"trace_id":"${trace}","span_id":"${span}"}`,
  ],
  [
    'winston',
    `{"level":"info","message":"listening","timestamp":"2026-01-02T03:04:05.678Z","trace_id":"${trace}","span_id":"${span}"}`,
  ],
  [
    'google',
    `{"severity":"INFO","message":"listening","timestamp":{"seconds":1767323045,"nanos":678000000},"logging.googleapis.com/trace":"projects/p/traces/${trace}","logging.googleapis.com/spanId":"${span}"}`,
  ],
  ['logfmt', `time=2026-01-02T03:04:05.678Z level=info msg="listening" trace_id=${trace} span_id=${span}`],
];

describe('toRecord', () => {
  it.each(lines)('reads a line of %s: %s', (shape, line) => {
    const record = toRecord(line, 7);
    expect(record).toMatchObject({
      number: 7,
      shape,
      level: 'info',
      message: 'listening',
      traceId: trace,
      spanId: span,
    });
    expect(record.timeMs).toBeCloseTo(at, 0);
    expect(record.structured).toBe(shape !== 'logfmt');
  });

  it('takes no name of a context for that of the service', () => {
    expect(toRecord('{"level":"info","context":{"name":"default"}}', 1).service).toBeUndefined();
    expect(toRecord('{"level":"info","service":{"name":"api"}}', 1).service).toBe('api');
  });

  it('finds level, time and trace in plain text as well', () => {
    const line = `2026-01-02 03:04:05,678 INFO [main] [app.py:1] [trace_id=${trace} span_id=${span} resource.service.name=api] - ready`;
    expect(toRecord(line, 1)).toMatchObject({
      structured: false,
      shape: 'plain',
      level: 'info',
      traceId: trace,
      spanId: span,
      timeMs: at,
    });
  });

  it.each([
    ['a banner', 'INFO:     Uvicorn running on http://127.0.0.1:8000'],
    ['an array', '["level","info"]'],
    ['a string', '"listening"'],
    ['a cut object', '{"level":30,"time":176'],
    ['two objects', '{"a":1}{"b":2}'],
    ['an object and more', '{"a":1} tail'],
    ['an object after a byte order mark', '\ufeff{"a":1}'],
    ['a control character', '{"a":"\u0000"}'],
    ['an indented part of an object', '  "a": 1,'],
    ['nothing but a brace', '{'],
  ])('does not call %s structured', (_what, line) => {
    expect(toRecord(line, 1)).toMatchObject({ structured: false, shape: 'plain' });
  });

  it.each(['0', '0x0', '0'.repeat(32), 'none', 12])('has no trace where the field says %j', (value) => {
    expect(toRecord(JSON.stringify({ message: 'm', trace_id: value }), 1).traceId).toBeUndefined();
  });

  it('survives an object nested 100,000 deep, and keeps no more of it than is of use', () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const record = toRecord(deep, 1);
    expect(record.structured).toBe(true);
    expect(record.raw.length).toBeLessThanOrEqual(8192);
    expect(JSON.stringify(record.fields).length).toBeLessThan(1000);
  });

  it('keeps __proto__ a field like any other', () => {
    const record = toRecord('{"__proto__":{"level":"fatal"},"message":"m"}', 1);
    expect(record.level).toBeUndefined();
    expect(Object.keys(record.fields!)).toEqual(['__proto__', 'message']);
    expect(({} as { level?: string }).level).toBeUndefined();
  });

  it('cuts what it keeps of a long line', () => {
    expect(toRecord('x'.repeat(10_000), 1).raw).toHaveLength(8192);
  });
});
