/**
 * `meatymusic up --runtime compose --no-verify` compared with the manual steps: `docker compose up --detach --wait` by hand on
 * the same file, then the migrations; in interleaved pairs, each from no container, no network and no volume (the images
 * are there). And the warm `up`, when all of it runs already.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const binary = path.join(root, 'bin/meatymusic.js');
const composeFile = path.join(root, 'docker-compose.yml');
const pairs = Number(process.env.BENCH_PAIRS ?? 3);
const warmRuns = 7;

const cold = {
  name: 'compose-up-cold',
  budget: '≤ 1.1',
  run: () =>
    withProject((project) => {
      // Both build what is missing; neither is charged for it.
      project.tool('up', '--no-verify');
      project.clear();
      const [tool, hand] = [[], []];
      for (let pair = 0; pair < pairs; pair++) {
        hand.push(timeMs(() => project.byHand()));
        project.clear();
        tool.push(timeMs(() => project.tool('up', '--no-verify')));
        project.clear();
      }
      const [of, by] = [median(tool), median(hand)];
      const least = Math.min(...tool) / Math.min(...hand);
      return {
        ratio: of / by,
        detail: `up ${seconds(of)}, by hand ${seconds(by)} (medians of ${pairs}); minima ${least.toFixed(2)} ×`,
      };
    }),
};

const warm = {
  name: 'compose-up-warm',
  budget: '≤ 0.8',
  run: () =>
    withProject((project) => {
      project.tool('up', '--no-verify');
      const times = [];
      for (let run = 0; run < warmRuns; run++) times.push(timeMs(() => project.tool('up', '--no-verify')));
      const load = os.loadavg()[0].toFixed(1);
      return {
        value: median(times) / 1000,
        unit: 's',
        detail: `least ${seconds(Math.min(...times))} of ${warmRuns}; load average ${load}`,
      };
    }),
};

export default [cold, warm];

async function withProject(work) {
  if (spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status !== 0) {
    return { skipped: 'needs a Docker engine with Compose 2' };
  }
  if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status !== 0) {
    return { skipped: 'the Docker daemon does not answer' };
  }
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'mm-bench-')));
  const [api, web, database, cache] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const databaseUrl = `postgresql://postgres:postgres@127.0.0.1:${database}/meatymusic`;
  const services = {
    api: { url: `http://127.0.0.1:${api}` },
    web: { url: `http://127.0.0.1:${web}` },
    database: { url: databaseUrl },
    cache: { url: `redis://127.0.0.1:${cache}` },
  };
  writeFileSync(
    path.join(folder, 'meatymusic.config.json'),
    JSON.stringify({ runtime: 'compose', services }),
  );
  // Started manually, the stack is external: the tool knows only its address.
  const external = path.join(folder, 'by-hand.config.json');
  writeFileSync(external, JSON.stringify({ runtime: 'external', services }));
  const ports = { API_PORT: api, WEB_PORT: web, POSTGRES_PORT: database, REDIS_PORT: cache };
  const env = {
    ...process.env,
    ...Object.fromEntries(Object.entries(ports).map(([k, v]) => [k, String(v)])),
  };
  const call = (file, args) =>
    execFileSync(file, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const hand = ['compose', '--project-name', path.basename(folder).toLowerCase(), '--file', composeFile];
  const project = {
    tool: (...args) => call(process.execPath, [binary, ...args]),
    byHand() {
      call('docker', [...hand, 'up', '--detach', '--wait']);
      const builtIn = path.join(path.dirname(composeFile), 'migrations');
      call(process.execPath, [binary, '--config', external, 'migrate', 'up', '--folder', builtIn]);
    },
    clear() {
      call('docker', [...hand, 'down', '--volumes']);
      call(process.execPath, [binary, 'down', '--volumes']);
    },
  };
  try {
    return await work(project);
  } finally {
    project.clear();
    rmSync(folder, { recursive: true, force: true });
  }
}

function timeMs(work) {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
