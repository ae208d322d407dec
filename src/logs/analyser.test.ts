import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type AnalyserOptions, LogAnalyser } from './analyser.ts';
import { mainShape, mergeReports } from './report.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const nowMs = Date.UTC(2026, 5, 1);
const python = readFileSync(new URL('./printed-spans/fixtures/python-span.txt', import.meta.url), 'utf8');
const node = readFileSync(new URL('./printed-spans/fixtures/node-span.txt', import.meta.url), 'utf8');

function analyse(log: string | Buffer, options: AnalyserOptions = {}, chunk = 1 << 20) {
  const analyser = new LogAnalyser({ nowMs, ...options });
  const bytes = Buffer.from(log);
  for (let at = 0; at < bytes.length; at += chunk) analyser.push(bytes.subarray(at, at + chunk));
  return analyser.end();
}

const pino = (ms: number, rest = '') =>
  `{"level":30,"time":${ms},"pid":1,"hostname":"h","trace_id":"${trace}","msg":"m"${rest}}\n`;
const at = Date.UTC(2026, 0, 2);
const problems = (report: ReturnType<typeof analyse>) =>
  report.samples.map(({ problem, line }) => `${problem} ${line}`);

describe('LogAnalyser', () => {
  it('counts lines, structure, levels, traces and times', () => {
    const report = analyse(pino(at) + pino(at + 5) + pino(at + 9).replace('30', '50'));
    expect(report).toMatchObject({
      lines: 3,
      structured: 3,
      withTraceId: 3,
      shapes: { pino: 3 },
      levels: { info: 2, error: 1 },
      times: { with: 3, firstMs: at, lastMs: at + 9, backwards: 0, outOfRange: 0 },
      samples: [],
    });
  });

  it('gives the same report however the bytes are cut', () => {
    const log = `\ufeff${pino(at)}plain\n\n${python}${pino(at - 5000)}{"a":\n${node}{"time":"2026-01-02T00:00:00Z","a":1,"a":2}\r\nlevel=info msg=x\n{"cut`;
    const whole = analyse(log);
    expect(problems(whole)).toMatchInlineSnapshot(`
      [
        "not-structured 2",
        "time-backwards 33",
        "broken-json 34",
        "duplicate-key 78",
        "not-structured 79",
        "broken-json 80",
        "truncated 80",
      ]
    `);
    expect(whole).toMatchObject({
      spans: 2,
      lines: 7,
      blankLines: 1,
      byteOrderMarks: 1,
      logfmt: 1,
      truncated: 1,
    });
    for (const chunk of [1, 2, 3, 7, 64, 1000]) expect(analyse(log, {}, chunk)).toEqual(whole);
  });

  it('reports two parts as it reports the whole', () => {
    const lines = [
      pino(at),
      'plain\n',
      pino(at + 9),
      pino(at + 3),
      '{"a":\n',
      pino(at - 9999),
      '\n',
      pino(at),
    ];
    const whole = analyse(lines.join(''));
    for (let cut = 0; cut <= lines.length; cut++) {
      const first = analyse(lines.slice(0, cut).join(''));
      expect(mergeReports(first, analyse(lines.slice(cut).join('')))).toMatchObject({
        lines: whole.lines,
        structured: whole.structured,
        bytes: whole.bytes,
        times: whole.times,
      });
      const lineOf = (report: typeof whole) =>
        report.samples
          .filter((s) => s.problem !== 'time-backwards')
          .map(({ line, offset }) => [line, offset]);
      expect(lineOf(mergeReports(first, analyse(lines.slice(cut).join(''))))).toEqual(lineOf(whole));
    }
  });

  it('reports a line over the limit once, and continues', () => {
    const report = analyse(`${pino(at)}${'x'.repeat(5000)}\n${pino(at)}`, { maxLineBytes: 1000 }, 100);
    expect(report).toMatchObject({ lines: 3, structured: 2, tooLong: 1 });
    expect(problems(report)).toEqual(['too-long 2']);
    const object = `{"a":"${'x'.repeat(2000)}"}\n`;
    expect(analyse(object + pino(at), { maxLineBytes: 1000 })).toMatchObject({
      lines: 2,
      structured: 1,
      tooLong: 1,
    });
  });

  it('says at which byte the log ends inside a record', () => {
    const report = analyse(`${pino(at)}{"level":30,"time":176`);
    expect(report.truncated).toBe(1);
    expect(report.samples.find(({ problem }) => problem === 'truncated')).toMatchObject({
      line: 2,
      offset: pino(at).length + 22,
    });
    expect(analyse(pino(at).trimEnd())).toMatchObject({ truncated: 0, structured: 1 });
  });

  it('counts NUL, invalid UTF-8 and byte order marks, and keeps the lines', () => {
    const log = Buffer.concat([
      Buffer.from(`\ufeff${pino(at)}`),
      Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d, 10]),
      Buffer.from('a\u0000b\n'),
    ]);
    expect(analyse(log)).toMatchObject({
      lines: 3,
      structured: 2,
      nulBytes: 1,
      invalidUtf8Lines: 1,
      byteOrderMarks: 1,
    });
  });

  it.each([
    ['gzip', gzipSync(pino(at))],
    ['utf-16', Buffer.from(pino(at), 'utf16le')],
    ['utf-16', Buffer.from(`\ufeff${pino(at)}`, 'utf16le')],
    ['utf-16', Buffer.from(pino(at), 'utf16le').swap16()],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 4, 0, 10])],
  ])('knows %s by its first bytes, however they are cut', (format, log) => {
    for (const chunk of [1, 1000]) expect(analyse(log, {}, chunk).foreign).toBe(format);
    expect(analyse(Buffer.concat([Buffer.from(pino(at)), log])).foreign).toBeUndefined();
  });

  it('takes a bare carriage return for a part of its line', () => {
    expect(analyse('c\rd\r\n{"a":1}\r\n')).toMatchObject({ lines: 2, structured: 1 });
  });

  it('takes printed spans out of the log, even with a log line inside of one', () => {
    const [first, ...rest] = node.split('\n');
    const report = analyse(`${[first, pino(at).trim(), ...rest].join('\n')}${python}`);
    expect(report).toMatchObject({ spans: 2, lines: 1, structured: 1, samples: [] });
  });

  it('gives back the lines of a block that is no span', () => {
    const report = analyse('{\n  "a": 1\n}\n{\n  "b": 1\n');
    expect(report).toMatchObject({ spans: 0, lines: 5, structured: 0 });
  });

  it('finds duplicate keys, levels and times that cannot be, and steps back in time', () => {
    const report = analyse(
      `${pino(at)}${pino(at, ',"msg":"again"')}${pino(at).replace('30', '35000')}${pino(at).replace(`${at}`, '5')}${pino(at - 3_600_000)}`,
    );
    expect(report).toMatchObject({
      duplicateKeys: 1,
      unknownLevels: 1,
      times: { outOfRange: 1, backwards: 1, largestStepBackMs: 3_600_000 },
    });
    expect(problems(report)).toEqual([
      'duplicate-key 2',
      'unknown-level 3',
      'time-out-of-range 4',
      'time-backwards 5',
    ]);
  });

  it('counts lines that lack a required field: by name, by path, by role', () => {
    const log = `${pino(at, ',"req":{"id":1},"user":"u"')}{"message":"m"}\n`;
    expect(analyse(log, { required: ['user', 'req.id', 'trace', 'message'] }).missing).toEqual({
      user: 1,
      'req.id': 1,
      trace: 1,
      message: 0,
    });
  });

  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefgh';
  it.each([
    ['secret-field', '{"user":{"Password":"hunter2"}}'],
    ['secret-field', '{"headers":{"Authorization":"Basic dXNlcjpwYXNz"}}'],
    ['secret-assignment', 'login password=hunter2 failed'],
    ['bearer-token', '{"msg":"sent Bearer abcdef1234567890"}'],
    ['jwt', `{"msg":"got ${jwt}"}`],
    ['private-key', '{"msg":"-----BEGIN RSA PRIVATE KEY-----"}'],
    ['cloud-key', '{"msg":"key AKIAIOSFODNN7EXAMPLE"}'],
    ['url-password', '{"msg":"connect postgresql://app:s3cret@db:5432/x"}'],
    ['email', '{"msg":"welcome jane.doe@example.com"}'],
  ] as const)('finds %s in %s, does not print it, and can be switched off', (rule, line) => {
    const report = analyse(`${line}\n`);
    expect(report.secrets).toEqual({ [rule]: 1 });
    expect(report.samples.filter(({ problem }) => problem === 'secret')).toEqual([
      { problem: 'secret', line: 1, offset: expect.any(Number), detail: expect.any(String) },
    ]);
    expect(analyse(`${line}\n`, { rules: [] }).secrets).toEqual({});
  });

  it.each([
    '{"password":"***","token":"[redacted]","authorization":null,"cookie":""}',
    '{"@timestamp":"2026-01-02T03:04:05.678Z","msg":"a @ b"}',
    '{"msg":"postgresql://app:*****@db:5432/x password=[redacted] token=***"}',
    '{"msg":"npm i left-pad@1.3.0, see user@host"}',
  ])('finds no secret in %s', (line) => {
    expect(analyse(`${line}\n`).secrets).toEqual({});
  });

  it('shows no text of a line with a secret, whatever else is wrong with it', () => {
    const line =
      '{"password":"hunter22","password":"hunter22","msg":"mail jane@example.com"}\n{"jane@example.com\n';
    const report = analyse(line, { required: ['user'] });
    expect(problems(report)).toEqual([
      'duplicate-key 1',
      'missing-field 1',
      'secret 1',
      'secret 1',
      'broken-json 2',
      'secret 2',
    ]);
    expect(JSON.stringify(report)).not.toMatch(/hunter22|jane/);
  });

  it('distinguishes the JSON of Logback from that of Winston', () => {
    const logback = `{"sequenceNumber":0,"timestamp":${at},"level":"INFO","loggerName":"a.B","message":"m"}\n`;
    const winston = '{"level":"info","message":"m","timestamp":"2026-01-02T03:04:05.678Z"}\n';
    expect(analyse(logback + winston + logback).shapes).toEqual({ logback: 2, winston: 1 });
  });

  it('knows the shape that most lines have', () => {
    expect(mainShape(analyse(`${pino(at)}${pino(at)}plain\n`))).toBe('pino');
    expect(mainShape(analyse('plain\nplain\n{"a":1}\n'))).toBe('plain');
  });

  it('stays within its buffer whatever it reads', () => {
    const analyser = new LogAnalyser({ nowMs });
    const chunk = Buffer.alloc(1 << 20, 'x');
    const before = process.memoryUsage().arrayBuffers;
    for (let sent = 0; sent < 100; sent++) analyser.push(chunk);
    analyser.push(Buffer.from(`\n${pino(at)}`));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20);
    expect(analyser.end()).toMatchObject({ tooLong: 1, structured: 1 });
  });
});
