/**
 * `meatymusic logs check` against jq on the same file and the same question: how many lines are JSON objects, and how
 * many of those carry a trace. LOG_BENCH_MB sets the size (default 1000); the file is generated from a fixed seed. With
 * LOG_BENCH_LARGE=1, 10 GB are compared with 1 GB as well (11 GB of disk).
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../bin/meatymusic.js', import.meta.url));
const megabytes = Number(process.env.LOG_BENCH_MB ?? 1000);
const question =
  'reduce (inputs | (fromjson? // 0)) as $line ([0, 0, 0]; .[0] += 1 | if ($line | type) == "object" then .[1] += 1 | if $line.trace_id then .[2] += 1 else . end else . end)';

let measured;
const measure = () => (measured ??= inFolder(measureOnce));

async function measureOnce(folder) {
  const file = path.join(folder, 'bench.log');
  writeLog(file, megabytes * 1e6);
  const startedJq = performance.now();
  const jq = spawnSync('jq', ['-ncR', question, file], { encoding: 'utf8' });
  const jqMs = performance.now() - startedJq;
  if (jq.error) return { skipped: 'jq is not installed' };
  const { report, ...own } = check(file);
  const [lines, structured, traced] = JSON.parse(jq.stdout);
  if (report.lines !== lines || report.structured !== structured || report.withTraceId !== traced) {
    throw new Error(
      `the answers differ: ${[report.lines, report.structured, report.withTraceId]} and ${[lines, structured, traced]}`,
    );
  }
  return { ...own, jqMs };
}

let measuredLarge;
const measureLarge = () => (measuredLarge ??= inFolder(measureLargeOnce));

/** Compares 10 GB, ten copies of 1 GB, with 1 GB by processor time, which is independent of the load of the machine. */
async function measureLargeOnce(folder) {
  const file = path.join(folder, 'bench.log');
  writeLog(file, 1e9);
  const one = check(file);
  const large = path.join(folder, 'large.log');
  for (let part = 0; part < 10; part++) appendFile(file, large);
  const ten = check(large);
  return { one, ten, ratio: ten.cpuMs / ten.bytes / (one.cpuMs / one.bytes) };
}

function inFolder(run) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'log-bench-'));
  return run(folder).finally(() => rmSync(folder, { recursive: true, force: true }));
}

/** Runs `logs check` on the file. */
function check(file) {
  const startedAt = performance.now();
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', usageReporter(), cli, 'logs', 'check', file, '--min-structured', '0', '--json'],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  const ownMs = performance.now() - startedAt;
  const [, peak, cpu] = /peak (\d+) kB, (\d+) us/.exec(stderr) ?? [];
  const report = JSON.parse(stdout);
  return {
    bytes: statSync(file).size,
    report,
    ownMs,
    cpuMs: Number(cpu) / 1000,
    peakMb: Number(peak) / 1000,
  };
}

function appendFile(from, to) {
  const source = openSync(from, 'r');
  const target = openSync(to, 'a');
  const buffer = Buffer.allocUnsafe(1 << 24);
  for (let read = readSync(source, buffer); read > 0; read = readSync(source, buffer))
    writeSync(target, buffer, 0, read);
  closeSync(source);
  closeSync(target);
}

/** Makes the process print its peak resident memory and its processor time, threads included, when it exits. */
function usageReporter() {
  const code = `process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write('peak ' + maxRSS + ' kB, ' + (userCPUTime + systemCPUTime) + ' us\\n');
  })`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

function writeLog(file, bytes) {
  let state = 42;
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const hex = (digits) =>
    Array.from({ length: digits / 4 }, () => random(65536).toString(16).padStart(4, '0')).join('');
  const descriptor = openSync(file, 'w');
  let time = Date.UTC(2026, 0, 1);
  for (let written = 0; written < bytes; ) {
    let text = '';
    for (let line = 0; line < 4000; line++) {
      time += random(20);
      text +=
        random(1000) === 0
          ? `INFO:     127.0.0.1:${random(60000)} - "GET /health HTTP/1.1" 200 OK\n`
          : `{"level":${random(20) === 0 ? 50 : 30},"time":${time},"pid":4711,"hostname":"api-7f9c","service":"meatymusic-api","trace_id":"${hex(32)}","span_id":"${hex(16)}","reqId":"req-${random(1e6)}","req":{"method":"GET","url":"/api/v1/preferences?limit=${random(100)}","remoteAddress":"10.0.${random(255)}.${random(255)}"},"res":{"statusCode":200},"responseTime":${random(1e5) / 1000},"msg":"request completed ${random(10) === 0 ? 'café \\"quoted\\" ' : ''}in the usual way"}\n`;
    }
    written += writeSync(descriptor, text);
  }
  closeSync(descriptor);
}

const detail = ({ bytes, jqMs, ownMs }) =>
  `${Math.round(bytes / 1e6)} MB: ${(ownMs / 1000).toFixed(2)} s (${Math.round(bytes / 1e3 / ownMs)} MB/s), jq ${(jqMs / 1000).toFixed(2)} s (${Math.round(bytes / 1e3 / jqMs)} MB/s)`;

const gigabytes = ({ bytes, ownMs, cpuMs, peakMb }) =>
  `${Math.round(bytes / 1e9)} GB: ${(ownMs / 1000).toFixed(1)} s, of processors ${(cpuMs / 1000).toFixed(1)} s, ${Math.round(peakMb)} MB`;

const bench = (name, budget, pick) => ({
  name,
  budget,
  async run() {
    const result = await measure();
    return result.skipped ? result : { ...pick(result), detail: detail(result) };
  },
});

const largeBench = (name, budget, pick) => ({
  name,
  budget,
  async run() {
    if (!process.env.LOG_BENCH_LARGE) return { skipped: 'takes 11 GB of disk: LOG_BENCH_LARGE=1' };
    const result = await measureLarge();
    return { ...pick(result), detail: `${gigabytes(result.one)}; ${gigabytes(result.ten)}` };
  },
});

export default [
  bench('logs check: times as fast as jq', '≥ 10', ({ jqMs, ownMs }) => ({ ratio: jqMs / ownMs })),
  bench('logs check: speed', '≥ 250', ({ bytes, ownMs }) => ({ value: bytes / 1e3 / ownMs, unit: 'MB/s' })),
  bench('logs check: resident memory', '≤ 200', ({ peakMb }) => ({ value: peakMb, unit: 'MB' })),
  largeBench('logs check: time a byte of 10 GB, of 1 GB', '≤ 1.05', ({ ratio }) => ({ ratio })),
  largeBench('logs check: resident memory with 10 GB', '≤ 200', ({ ten }) => ({
    value: ten.peakMb,
    unit: 'MB',
  })),
];
