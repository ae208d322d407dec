/**
 * `meatymusic logs check` against jq on the same file and the same question: how many lines are JSON objects, and how
 * many of those carry a trace. LOG_BENCH_MB sets the size (default 1000); the file is made anew from a fixed seed.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../bin/meatymusic.js', import.meta.url));
const megabytes = Number(process.env.LOG_BENCH_MB ?? 1000);
const question =
  'reduce (inputs | (fromjson? // 0)) as $line ([0, 0, 0]; .[0] += 1 | if ($line | type) == "object" then .[1] += 1 | if $line.trace_id then .[2] += 1 else . end else . end)';

let measured;
const measure = () => (measured ??= measureOnce());

async function measureOnce() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'log-bench-'));
  try {
    const file = path.join(folder, 'bench.log');
    writeLog(file, megabytes * 1e6);
    const bytes = statSync(file).size;
    const startedJq = performance.now();
    const jq = spawnSync('jq', ['-ncR', question, file], { encoding: 'utf8' });
    const jqMs = performance.now() - startedJq;
    if (jq.error) return { skipped: 'jq is not installed' };
    const startedOwn = performance.now();
    const own = spawnSync(
      process.execPath,
      ['--import', peakReporter(), cli, 'logs', 'check', file, '--min-structured', '0', '--json'],
      { encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    const ownMs = performance.now() - startedOwn;
    const report = JSON.parse(own.stdout);
    const [lines, structured, traced] = JSON.parse(jq.stdout);
    if (report.lines !== lines || report.structured !== structured || report.withTraceId !== traced) {
      throw new Error(
        `the answers differ: ${[report.lines, report.structured, report.withTraceId]} and ${[lines, structured, traced]}`,
      );
    }
    const peakMb = Number(/peak (\d+) kB/.exec(own.stderr)?.[1] ?? Number.NaN) / 1000;
    return { bytes, jqMs, ownMs, peakMb };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The highest resident memory of the process, threads and all, said at its end. */
function peakReporter() {
  const code =
    "process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + ' kB\\n'))";
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

const bench = (name, budget, pick) => ({
  name,
  budget,
  async run() {
    const result = await measure();
    return result.skipped ? result : { ...pick(result), detail: detail(result) };
  },
});

export default [
  bench('logs check: times as fast as jq', '≥ 10', ({ jqMs, ownMs }) => ({ ratio: jqMs / ownMs })),
  bench('logs check: speed', '≥ 250', ({ bytes, ownMs }) => ({ value: bytes / 1e3 / ownMs, unit: 'MB/s' })),
  bench('logs check: resident memory', '≤ 200', ({ peakMb }) => ({ value: peakMb, unit: 'MB' })),
];
