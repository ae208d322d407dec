/**
 * 1,000 and 10,000 HTTP checks of one file against one server, beside goss with the same expectations and as many
 * requests at once. goss is found on the PATH or named by GOSS.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const bin = path.join(import.meta.dirname, '../../bin/meatymusic.js');
const goss = findGoss();
const concurrency = 50;
const rounds = 3;

const server = `
const { createServer } = require('node:http');
createServer((request, response) => response.end('ok ' + request.url)).listen(0, '127.0.0.1', function () {
  process.stdout.write(String(this.address().port));
});`;

export default [
  bench(1000, 'time', '≤ 1'),
  bench(1000, 'memory', '≤ 150'),
  bench(10_000, 'time', '≤ 0.8'),
  bench(10_000, 'memory per check', '≤ 10'),
];

/** Each size is measured once, whatever is asked of it. */
const measured = new Map();

function bench(count, what, budget) {
  return {
    name: `verify, ${count} HTTP checks: ${what}`,
    budget,
    async run() {
      if (!goss && what === 'time') return { skipped: 'goss is neither on the PATH nor named by GOSS' };
      if (!measured.has(count)) measured.set(count, measure(count));
      const { ours, theirs } = await measured.get(count);
      if (what === 'time') {
        const detail = `${seconds(ours.ms)} beside ${seconds(theirs.ms)} of goss, ${concurrency} at once`;
        return { ratio: ours.ms / theirs.ms, detail };
      }
      if (what === 'memory') return { value: ours.kilobytes / 1024, unit: 'MB' };
      const base = await (measured.get(1000) ?? measure(1000));
      const grown = ours.kilobytes - base.ours.kilobytes;
      return {
        value: grown / (count - 1000),
        unit: 'kB',
        detail: `${Math.round(ours.kilobytes / 1024)} MB in all`,
      };
    },
  };
}

async function measure(count) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'meatymusic-bench-'));
  const child = spawn(process.execPath, ['-e', server], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const port = await new Promise((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
    const urls = Array.from({ length: count }, (_, index) => `http://127.0.0.1:${port}/${index}`);
    const checks = urls.map((url, index) => ({
      id: `http/${index}`,
      kind: 'http',
      url,
      status: 200,
      body: ['ok'],
    }));
    writeFileSync(path.join(folder, 'checks.yaml'), JSON.stringify({ checks }));
    const http = Object.fromEntries(urls.map((url) => [url, { status: 200, body: ['ok'] }]));
    writeFileSync(path.join(folder, 'goss.yaml'), JSON.stringify({ http }));
    const commands = {
      ours: [
        process.execPath,
        ...[bin, 'verify', '--check-file', 'checks.yaml', '--concurrency', String(concurrency)],
        ...['--reporter', 'prometheus'],
      ],
      theirs: [goss, '-g', 'goss.yaml', 'validate', '-f', 'silent', '--max-concurrent', String(concurrency)],
    };
    const best = {};
    for (let round = 0; round < rounds; round++) {
      for (const [who, command] of Object.entries(commands)) {
        if (!command[0]) continue;
        const { ms, kilobytes } = await time(command, folder);
        best[who] = {
          ms: Math.min(ms, best[who]?.ms ?? Number.POSITIVE_INFINITY),
          kilobytes: Math.max(kilobytes, best[who]?.kilobytes ?? 0),
        };
      }
    }
    return best;
  } finally {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Wall time and the largest resident memory of a command that must end with 0. */
function time([file, ...args], cwd) {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let kilobytes = 0;
    const child = spawn(file, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
    const watch = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
        kilobytes = Math.max(kilobytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
      } catch {
        // Between the end of the process and ours of it.
      }
    }, 20);
    child.on('error', reject).on('close', (code) => {
      clearInterval(watch);
      const ms = performance.now() - startedAt;
      if (code === 0) resolve({ ms, kilobytes });
      else reject(new Error(`${path.basename(file)} ended with ${code}`));
    });
  });
}

function findGoss() {
  if (process.env.GOSS) return process.env.GOSS;
  try {
    return execFileSync('/bin/sh', ['-c', 'command -v goss'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(2)} s`;
}
