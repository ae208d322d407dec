/**
 * Log files as their writers print them (`fixtures`), each with its true verdict: structured lines, frames, levels, traces,
 * secrets. Most are the output of the library or program that their name says, the others follow its documentation.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyserTools, LogAnalyser } from './analyser.ts';
import { LogParts } from './log-parts.ts';
import { toRecord } from './record.ts';
import type { LogReport } from './report.ts';

const verdicts: [file: string, verdict: string][] = [
  ['broken', '1 of 4; info 1; traces 1'],
  ['bunyan', '3 of 3; info 1, warn 1, error 1; traces 1'],
  ['cloud-foundry', '1 of 2; in cloud-foundry 2; info 1; traces 1'],
  ['cloudwatch-events', '1 of 2; in cloudwatch 2; info 1; traces 1'],
  ['cloudwatch-insights', '1 of 1; in cloudwatch 1; info 1; traces 1'],
  ['cloudwatch-subscription', '1 of 2; in cloudwatch 2; info 1; traces 1'],
  ['cloudwatch-tail', '2 of 2; in prefix 2; info 1, warn 1; traces 1'],
  ['compose-cri', '1 of 1; in compose 1, cri 1; info 1; traces 1'],
  ['compose-timestamps', '6 of 6; in compose 30, timestamp 30; warn 1, error 2, fatal 1, info 2; traces 2'],
  ['compose', '6 of 6; in compose 30; warn 1, error 2, fatal 1, info 2; traces 2'],
  ['concurrently', '2 of 3; in prefix 2; info 1, warn 1; traces 1'],
  ['consola-text', '0 of 2; no level'],
  ['consola', '9 of 9; info 4, warn 1, error 2, debug 1, trace 1'],
  ['constant-prefix', '2 of 2; in prefix 2; info 1, warn 1; traces 1'],
  ['cri', '2 of 3; in cri 4; info 1, warn 1; traces 1'],
  ['docker-in-fluentd', '1 of 1; in fluent-bit 1, docker 1; info 1; traces 1'],
  ['docker-json-file', '6 of 7; in docker 31; warn 1, error 2, fatal 1, info 2; traces 2'],
  ['dotnet-json-console', '1 of 1; info 1'],
  ['ecs', '2 of 2; warn 1, info 1; traces 1'],
  ['filebeat', '1 of 1; in filebeat 1; info 1; traces 1'],
  ['fluent-bit', '1 of 2; in fluent-bit 2; info 1; traces 1'],
  ['fluentd-tag', '1 of 1; in prefix 1, fluent-bit 1; info 1; traces 1'],
  ['foreman', '1 of 2; in foreman 2; info 1; traces 1'],
  ['gcp-json', '2 of 2; in gcp 2; warn 1, info 1; traces 2'],
  ['gcp-stdout', '1 of 1; info 1; traces 1'],
  ['gcp-text', '1 of 2; in gcp 2; info 1; traces 1'],
  ['gelf', '1 of 1; error 1; traces 1'],
  ['github-actions', '2 of 3; in github-actions 3; info 1, warn 1; traces 1'],
  ['gitlab', '1 of 2; in gitlab 2; info 1; traces 1'],
  ['hclog', '1 of 1; warn 1'],
  ['heroku', '1 of 2; in heroku 2; info 1; traces 1'],
  ['journald-short', '2 of 3; in syslog 3; info 1, warn 1; traces 1'],
  ['journald', '2 of 4; in journald 4; info 1, warn 1; traces 1'],
  ['json-around', '1 of 1; in json 1; info 1; traces 1'],
  ['kubectl-prefix', '1 of 2; in kubectl 2; info 1; traces 1'],
  ['kubectl-timestamps', '1 of 2; in timestamp 2; info 1; traces 1'],
  ['lambda', '1 of 3; in lambda 2; info 1; traces 1'],
  ['log4j2-json', '1 of 1; error 1; traces 1'],
  ['log4js-basic', '0 of 2; no level'],
  ['log4js-json', '6 of 6; info 2, warn 1, error 1, trace 1, fatal 1'],
  ['logback-json', '1 of 1; warn 1; traces 1'],
  ['logrus-text', '0 of 2; no level; traces 1'],
  ['logstash-encoder', '2 of 2; info 1, warn 1; traces 1'],
  ['loki-jsonl', '1 of 2; in loki 2; info 1; traces 1'],
  ['mongodb', '1 of 1; no level'],
  ['monolog-json', '1 of 1; error 1'],
  ['monolog-line', '0 of 1; no level'],
  ['nest-json', '6 of 6; info 1, warn 1, debug 1, trace 1, error 1, fatal 1'],
  ['nest-text', '0 of 5; no level'],
  ['nginx-combined', '0 of 2; no level'],
  ['nginx-json', '1 of 1; no level'],
  ['otel-go', '1 of 1; info 1; traces 1'],
  ['otel-python', '2 of 2; info 1, error 1; traces 1'],
  ['otel', '2 of 2; info 1, error 1; traces 1'],
  ['otlp', '3 of 3; in otlp 3; info 1, error 1, warn 1; traces 1'],
  ['pino', '4 of 4; warn 1, error 1, fatal 1, info 1; traces 1'],
  ['pm2', '1 of 2; in pm2 2; info 1; traces 1'],
  ['postgres-jsonlog', '12 of 12; info 11, error 1'],
  ['postgres', '0 of 13; no level'],
  ['python-basic', '0 of 2; no level'],
  ['python-json', '4 of 4; info 1, warn 1, error 1, fatal 1'],
  ['python-loguru-text', '0 of 1; no level'],
  ['python-loguru', '3 of 3; in loguru 3; info 2, warn 1'],
  ['python-structlog-basic', '2 of 2; in prefix 2; info 1, warn 1'],
  ['python-structlog-std', '0 of 1; no level'],
  ['python-structlog', '4 of 4; info 1, warn 1, error 1, fatal 1; traces 1'],
  ['rails-lograge', '1 of 1; no level'],
  ['rails-text', '0 of 2; no level'],
  ['redis', '0 of 11; no level'],
  ['roarr', '2 of 2; info 1, warn 1'],
  ['rust-tracing', '1 of 1; info 1; traces 1'],
  ['secrets-in-docker', '1 of 2; in docker 2; info 1; secrets secret-field 1, url-password 1'],
  ['secrets-in-journald', '1 of 1; in journald 1; info 1; secrets secret-field 1'],
  ['semantic-logger', '1 of 1; error 1'],
  ['serilog-clef', '2 of 2; warn 1; traces 1'],
  ['signale', '0 of 2; no level'],
  ['slog', '6 of 6; info 2, warn 1, trace 1, error 1, debug 1'],
  ['splunk', '1 of 2; in splunk 2; info 1; traces 1'],
  ['spring-boot-text', '0 of 2; no level'],
  ['stack-trace', '1 of 4; info 1; traces 1'],
  ['stern', '2 of 2; in prefix 2; info 1, warn 1; traces 1'],
  ['syslog-3164', '1 of 2; in syslog 2; info 1; traces 1'],
  ['syslog-5424', '1 of 2; in syslog 2; info 1; traces 1'],
  ['text-with-json', '0 of 3; no level'],
  ['trace-forms', '7 of 7; info 7; traces 5'],
  ['trace-none', '7 of 7; info 7; traces 1'],
  ['tslog', '3 of 3; info 1, warn 1, error 1'],
  ['vector', '1 of 2; in vector 2; info 1; traces 1'],
  ['vercel', '1 of 1; in vercel 1; info 1; traces 1'],
  ['winston-logstash', '2 of 2; info 1, warn 1; traces 1'],
  ['winston-meta', '2 of 2; info 1, warn 1; traces 1'],
  ['winston-simple', '0 of 2; no level; traces 1'],
  ['winston-syslog', '5 of 5; info 1, fatal 2, warn 1, debug 1'],
  ['winston', '6 of 6; info 2, trace 2, warn 1, error 1; traces 1'],
  ['zap', '3 of 3; info 1, fatal 2; traces 3'],
  ['pnpm-run', '2 of 3; info 1, warn 1'],
  ['npm-run', '1 of 3; info 1'],
  ['yarn-run', '1 of 2; info 1'],
  ['turbo', '1 of 1; in prefix 1; info 1'],
  ['pnpm-recursive', '1 of 2; in prefix 1; info 1'],
  ['nodemon', '1 of 1; info 1'],
  ['zerolog', '2 of 2; info 1, trace 1'],
];

const tools = analyserTools({});
const read = (file: string) => readFileSync(new URL(`./fixtures/${file}.txt`, import.meta.url));

function analyse(log: Buffer, chunk = log.length): LogReport {
  const analyser = new LogAnalyser({}, tools);
  for (let at = 0; at < log.length; at += chunk) analyser.push(log.subarray(at, at + chunk));
  return analyser.end();
}

function counted(counts: Partial<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function verdictOf(report: LogReport): string {
  const { structured, lines, frames, levels, unknownLevels, withTraceId, times, secrets } = report;
  return [
    `${structured} of ${lines}`,
    counted(frames) && `in ${counted(frames)}`,
    counted(levels) || 'no level',
    unknownLevels && `unknown ${unknownLevels}`,
    withTraceId && `traces ${withTraceId}`,
    times.outOfRange && `bad time ${times.outOfRange}`,
    counted(secrets) && `secrets ${counted(secrets)}`,
  ]
    .filter(Boolean)
    .join('; ');
}

describe('a log of', () => {
  it.each(verdicts)('%s has %s', (file, verdict) => {
    expect(verdictOf(analyse(read(file)))).toBe(verdict);
  });
});

it('has the same verdict however its bytes are cut', () => {
  for (const [file, verdict] of verdicts)
    expect([file, verdictOf(analyse(read(file), 7))]).toEqual([file, verdict]);
});

/** Records that are several in a line, or one in several. */
const apart = ['otlp', 'cloudwatch-subscription', 'cri'];

it('is the same log to a check that looks for lines', () => {
  const files = verdicts.map(([file]) => file).filter((file) => !apart.includes(file));
  const looked = files.map((file) => {
    const records: ReturnType<typeof toRecord>[] = [];
    const parts = new LogParts({
      line: ({ text, number }) => records.push(toRecord(text, number)),
      span() {},
    });
    parts.push(read(file));
    parts.end();
    const structured = records.filter((record) => record.structured);
    const traced = records.filter(({ traceId }) => traceId !== undefined);
    return [file, records.length, structured.length, traced.length];
  });
  const judged = files.map((file) => {
    const { lines, wrapperLines, structured, withTraceId } = analyse(read(file));
    return [file, lines + wrapperLines, structured, withTraceId];
  });
  expect(looked).toEqual(judged);
});
