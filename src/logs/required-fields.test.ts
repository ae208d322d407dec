import { describe, expect, it } from 'vitest';
import { type AnalyserOptions, LogAnalyser } from './analyser.ts';
import { settleOutside } from './outside-requests.ts';
import { type LogReport, mergeReports } from './report.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const start = '{"level":"info","msg":"listening"}';
const good = `{"level":"info","trace_id":"${trace}","req":{"id":1},"type":"request","msg":"m"}`;
const bad = '{"level":"info","req":{"id":2},"type":"request","msg":"no trace"}';
const job = '{"level":"info","msg":"in a handler"}';

function part(lines: string[], options: AnalyserOptions): LogReport {
  const analyser = new LogAnalyser(options);
  analyser.push(Buffer.from(lines.map((line) => `${line}\n`).join('')));
  return analyser.end();
}
const analyse = (lines: string[], options: AnalyserOptions) => settleOutside(part(lines, options));
const missing = (lines: string[], required = ['trace']) => analyse(lines, { required }).missing;

describe('a required trace', () => {
  it.each([`${'0'.repeat(32)}`, '0', 'undefined', 'abc', 'null', '', '-', `${trace}0`])(
    'is missing where it is "%s"',
    (id) => {
      const line = `{"trace_id":"${id}","req":1}`;
      for (const name of ['trace', 'trace_id']) expect(missing([line], [name])).toEqual({ [name]: 1 });
    },
  );

  it.each(['0', 'null', 'true', '{}', '[]', '123456'])('is missing where it is %s', (value) => {
    expect(missing([`{"trace_id":${value},"req":1}`])).toEqual({ trace: 1 });
  });

  it.each([trace.toUpperCase(), `0x${trace}`, `projects/p/traces/${trace}`])('is there as %s', (id) => {
    expect(missing([`{"trace_id":"${id}"}`])).toEqual({ trace: 0 });
  });

  it('is not missing before the first and after the last line of a request', () => {
    const report = analyse([start, start, good, start], { required: ['trace'] });
    expect(report).toMatchObject({
      missing: { trace: 0 },
      outside: { before: 2, after: 1, requests: 1 },
      samples: [],
    });
  });

  it('is missing in a line of a request, and between lines of requests', () => {
    const report = analyse([start, good, job, bad, good, start], { required: ['trace'] });
    expect(report).toMatchObject({ missing: { trace: 2 }, outside: { before: 1, after: 1, requests: 3 } });
    expect(report.samples.map(({ problem, line }) => [problem, line])).toEqual([
      ['missing-field', 3],
      ['missing-field', 4],
    ]);
  });

  it('is missing in every line of a log without a request', () => {
    const report = analyse([start, job], { required: ['trace'] });
    expect(report).toMatchObject({ missing: { trace: 2 }, outside: { before: 0, after: 0, requests: 0 } });
    expect(report.samples.map(({ problem }) => problem)).toEqual(['missing-field', 'missing-field']);
  });

  it('is judged of parts as of the whole', () => {
    const lines = [start, good, job, start, bad, good, job, start];
    for (const log of [lines, [start, job], [start, ...lines.slice(1, 2)], lines.slice(2, 4)]) {
      const whole = analyse(log, { required: ['trace', 'span'] });
      for (let cut = 0; cut <= log.length; cut++) {
        const parts = [log.slice(0, cut), log.slice(cut)].map((each) =>
          part(each, { required: ['trace', 'span'] }),
        );
        expect(settleOutside(mergeReports(parts[0]!, parts[1]!))).toEqual(whole);
      }
    }
  });
});

describe('a condition', () => {
  const lines = [start, good, bad, job];

  it.each([
    ['a name', 'req', 2, 1],
    ['a path', 'req.id', 2, 1],
    ['a value', 'type=request', 2, 1],
    ['a value under a path', 'req.id=2', 1, 1],
    ['a role', 'trace', 1, 0],
    ['the value of a role', 'message=m', 1, 0],
    ['what no line has', 'user', 0, 0],
  ])('limits the examined lines by %s', (_what, where, examined, without) => {
    const report = analyse(lines, { required: ['trace'], where: [where] });
    expect(report).toMatchObject({ examined, missing: { trace: without } });
    expect(report.outside).toBeUndefined();
  });

  it('is met by lines in frames as well', () => {
    const framed = lines.map((line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: 'x' }));
    expect(analyse(framed, { required: ['trace', 'req.id'], where: ['req'] })).toMatchObject({
      examined: 2,
      missing: { trace: 1, 'req.id': 0 },
    });
  });
});
