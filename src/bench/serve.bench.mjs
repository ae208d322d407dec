/**
 * `serve` under 1,000 requests a second while it verifies: the slowest of a hundred, and the growth of its memory from
 * the first runs to the last. SERVE_RUNS sets how many runs are awaited (10).
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../../bin/meatymusic.js', import.meta.url));
const wantedRuns = Number(process.env.SERVE_RUNS ?? 10);
const perSecond = 1000;
const seconds = 10;

export default [
  { name: 'serve-p99', budget: '≤ 20', run: () => withServer(latency, '5s') },
  { name: 'serve-memory', budget: '≤ 10', run: () => withServer(memory, '1s') },
];

async function latency({ url }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });
  const times = [];
  const ask = (pathname) =>
    new Promise((resolve, reject) => {
      const start = performance.now();
      http
        .get(`${url}${pathname}`, { agent }, (response) => {
          response.resume().on('end', () => resolve(times.push(performance.now() - start)));
        })
        .on('error', reject);
    });
  await ask('/healthz');
  times.length = 0;
  const start = performance.now();
  const open = [];
  while (open.length < perSecond * seconds) {
    const due = ((performance.now() - start) / 1000) * perSecond;
    while (open.length < Math.min(due, perSecond * seconds)) open.push(ask('/healthz'));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(open);
  const rate = times.length / ((performance.now() - start) / 1000);
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(times.length * share)];
  return {
    value: at(0.99),
    unit: 'ms',
    detail: `${times.length} requests, ${rate.toFixed(0)} a second, median ${at(0.5).toFixed(2)} ms`,
  };
}

async function memory({ url, pid }) {
  const runs = async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return [...text.matchAll(/^meatymusic_runs_total\{.*\} (\d+)$/gm)].reduce((sum, [, n]) => sum + +n, 0);
  };
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  const reach = async (count) => {
    while ((await runs()) < count) await new Promise((resolve) => setTimeout(resolve, 200));
  };
  if (process.platform !== 'linux') return { skipped: 'reads /proc' };
  await reach(Math.ceil(wantedRuns / 4));
  const before = rss();
  await reach(wantedRuns);
  const after = rss();
  return {
    value: after - before,
    unit: 'MB',
    detail: `${before.toFixed(0)} MB after ${Math.ceil(wantedRuns / 4)} runs, ${after.toFixed(0)} MB after ${wantedRuns}`,
  };
}

async function withServer(measure, every) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'meatymusic-bench-'));
  const api = http.createServer((_, response) => response.end('{"status":"ok"}'));
  await new Promise((resolve) => api.listen(0, '127.0.0.1', resolve));
  const config = {
    runtime: 'external',
    services: { api: { url: `http://127.0.0.1:${api.address().port}` } },
  };
  writeFileSync(path.join(folder, 'meatymusic.config.json'), JSON.stringify(config));
  const child = spawn(process.execPath, [binary, 'serve', '--port', '0', '--every', every, 'api/health'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    let text = '';
    await new Promise((resolve, reject) => {
      child.once('exit', () => reject(new Error(text)));
      child.stderr.on('data', (chunk) => {
        text += chunk;
        if (/passed: /.test(text)) resolve();
      });
    });
    return await measure({ url: /(http:\S+?)\/ /.exec(text)[1], pid: child.pid });
  } finally {
    child.removeAllListeners('exit');
    child.kill();
    api.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
