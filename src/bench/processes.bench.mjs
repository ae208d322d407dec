/**
 * Six small Node.js services: `up --no-verify` beside `concurrently` and `wait-on`, which do the same by hand, in turns; and
 * `down` beside the slowest service's own end. The other two tools are installed into a temporary folder for the bench alone.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../../bin/meatymusic.js', import.meta.url));
const rounds = 5;
const count = 6;
/** How long each service takes for its end, in milliseconds. */
const endMs = 200;
const server = `
const server = require('node:http').createServer((_, response) => response.end('ok')).listen(process.env.PORT, '127.0.0.1');
process.on('SIGTERM', () => setTimeout(() => process.exit(0), ${endMs}));
`;

export default [
  { name: 'six-processes-up', budget: '≤ 1.3', run: () => inFolder(up) },
  { name: 'six-processes-down', budget: '≤ 1.2', run: () => inFolder(down) },
];

async function up({ folder, ports, call }) {
  const npm = spawnSync('npm', ['install', '--no-audit', '--no-fund', 'concurrently@9', 'wait-on@8'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (npm.status !== 0) return { skipped: 'concurrently and wait-on cannot be installed' };
  const [ours, theirs] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(call('up', '--no-verify'));
    call('down');
    theirs.push(await byHand(folder, ports));
  }
  const [of, by] = [median(ours), median(theirs)];
  return { ratio: of / by, detail: `up ${of.toFixed(0)} ms, concurrently and wait-on ${by.toFixed(0)} ms` };
}

/** Resolves to the milliseconds until all services answer; ends them afterwards. */
async function byHand(folder, ports) {
  const start = performance.now();
  const program = (name) => path.join(folder, 'node_modules/.bin', name);
  const commands = ports.map((port) => `PORT=${port} node server.js`);
  const group = spawn(program('concurrently'), commands, { cwd: folder, stdio: 'ignore', detached: true });
  const targets = ports.map((port) => `http-get://127.0.0.1:${port}`);
  const waited = spawnSync(program('wait-on'), ['--interval', '50', ...targets], { cwd: folder });
  const elapsed = performance.now() - start;
  const ended = new Promise((resolve) => group.once('exit', resolve));
  process.kill(-group.pid, 'SIGTERM');
  await ended;
  if (waited.status !== 0) throw new Error('wait-on failed');
  return elapsed;
}

/** The time that Node.js itself takes is not the stop's: `down` of a stack that does not run is subtracted. */
async function down({ call }) {
  const stops = Array.from({ length: rounds }, () => {
    const idle = call('down');
    call('up', '--no-verify');
    return call('down') - idle;
  });
  const of = median(stops);
  return { ratio: of / endMs, detail: `${of.toFixed(0)} ms, the service's own end ${endMs} ms` };
}

async function inFolder(work) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'meatymusic-bench-'));
  const ports = await freePorts();
  const off = { enabled: false };
  const services = { api: off, web: off, database: off, cache: off };
  for (const port of ports) {
    const start = { command: 'node server.js' };
    services[`s${port}`] = { kind: 'api', url: `http://127.0.0.1:${port}`, start };
  }
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
  writeFileSync(path.join(folder, 'server.js'), server);
  writeFileSync(path.join(folder, 'meatymusic.config.json'), JSON.stringify({ services }));
  const call = (...args) => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [binary, ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`meatymusic ${args.join(' ')} exits with ${status}: ${stderr.trim()}`);
    return performance.now() - start;
  };
  try {
    return await work({ folder, ports, call });
  } finally {
    spawnSync(process.execPath, [binary, 'down'], { cwd: folder });
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePorts() {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const one = createServer();
      await new Promise((resolve) => one.listen(0, '127.0.0.1', resolve));
      return one;
    }),
  );
  const ports = servers.map((one) => one.address().port);
  await Promise.all(servers.map((one) => new Promise((resolve) => one.close(resolve))));
  return ports;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
