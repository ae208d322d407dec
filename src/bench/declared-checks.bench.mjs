/**
 * Gossfiles of checks of this machine beside goss, from the PATH or from GOSS, in turns; and beside the lower bound for a
 * tool of Node.js: an empty Node and the same looks in a plain loop, which judges and reports nothing.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

const root = fileURLToPath(new URL('../../', import.meta.url));
const binary = path.join(root, 'bin/meatymusic.js');
const goss = process.env.GOSS ?? 'goss';
const missing =
  spawnSync(goss, ['--help']).status === 0 ? undefined : 'needs goss on the PATH, or its path in GOSS';
const rounds = 5;

/** The checks of a kind as a gossfile, and the statements that take one look each, without a judgement. */
const kinds = {
  process: {
    count: 120,
    entry: (at) => `  bench-${at}:\n    running: false\n`,
    looks: () => `
      for (let at = 0; at < count; at++)
        for (const pid of at === 0 ? fs.readdirSync('/proc') : [])
          if (Number(pid)) for (const name of ['comm', 'cmdline']) try { fs.readFileSync('/proc/' + pid + '/' + name); } catch {}`,
  },
  dns: {
    count: 100,
    entry: (at, { names }) =>
      `  A:host-${at}.test:\n    resolvable: true\n    server: ${names}\n    addrs:\n      - 10.0.0.1\n`,
    looks: ({ names }) => `
      const resolver = new (require('node:dns').Resolver)();
      resolver.setServers(['${names}']);
      for (let at = 0; at < count; at++) resolver.resolve4('host-' + at + '.test', () => {});`,
  },
  addr: {
    count: 100,
    entry: (at, { ports }) => `  tcp://127.0.0.1:${ports[at]}:\n    reachable: true\n`,
    looks: ({ ports }) => `
      for (const port of [${ports}]) {
        const socket = require('node:net').connect(port, '127.0.0.1', () => socket.destroy());
      }`,
  },
  file: {
    count: 200,
    entry: (at, { folder }) =>
      `  ${folder}/file-${at}:\n    exists: true\n    owner: ${os.userInfo().username}\n    contents:\n      - content ${at}\n`,
    looks: ({ folder }) => `
      for (let at = 0; at < count; at++) {
        fs.lstatSync('${folder}/file-' + at);
        fs.readFileSync('${folder}/file-' + at);
      }`,
  },
};

export default Object.keys(kinds).flatMap((kind) => [
  { name: `${kinds[kind].count}-${kind}-checks`, budget: '≤ 1.2', run: () => compare(kind, 'goss') },
  { name: `${kinds[kind].count}-${kind}-checks, plain loop`, budget: '', run: () => compare(kind, 'loop') },
]);

async function compare(kind, other) {
  if (other === 'goss' && missing) return { skipped: missing };
  return inFolder(async (place) => {
    const { count, entry, looks } = kinds[kind];
    const entries = Array.from({ length: count }, (_, at) => entry(at, place));
    const file = path.join(place.folder, 'goss.yaml');
    writeFileSync(file, `${kind}:\n${entries.join('')}`);
    const program = `const fs = require('node:fs'); const count = ${count}; ${looks(place)}`;
    const ours = () => timed(place, process.execPath, [binary, 'verify', '--gossfile', file, '--quiet']);
    const theirs =
      other === 'goss'
        ? () => timed(place, goss, ['-g', file, 'validate', '-f', 'silent'])
        : () => timed(place, process.execPath, ['-e', program]);
    const times = { ours: [], theirs: [] };
    for (let round = 0; round < rounds; round++) {
      times.ours.push(await ours());
      times.theirs.push(await theirs());
    }
    const [of, by] = [Math.min(...times.ours), Math.min(...times.theirs)];
    const name = other === 'goss' ? 'goss' : 'Node.js with the same looks';
    return {
      ratio: of / by,
      detail: `meatymusic ${of.toFixed(0)} ms, ${name} ${by.toFixed(0)} ms (best of ${rounds})`,
    };
  });
}

/** Calls `work` with a folder of small files, ports that accept connections, and a name server. */
async function inFolder(work) {
  const { startNameServer } = await createJiti(root).import(path.join(root, 'src/testing/dns-server.ts'));
  const parent = mkdtempSync(path.join(os.tmpdir(), 'meatymusic-bench-'));
  const folder = path.join(parent, 'files');
  mkdirSync(folder);
  writeFileSync(path.join(parent, 'package.json'), '{"private":true}');
  for (let at = 0; at < kinds.file.count; at++)
    writeFileSync(path.join(folder, `file-${at}`), `content ${at}\n`);
  const servers = Array.from({ length: kinds.addr.count }, () => createServer((socket) => socket.end()));
  for (const server of servers) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const ports = servers.map((server) => server.address().port);
  const records = Array.from({ length: kinds.dns.count }, (_, at) => [`A:host-${at}.test`, ['10.0.0.1']]);
  const names = await startNameServer(Object.fromEntries(records));
  try {
    return await work({ folder, ports, names: names.address });
  } finally {
    names.close();
    for (const server of servers) server.close();
    rmSync(parent, { recursive: true, force: true });
  }
}

/** Resolves to the milliseconds of one run, start of the process included. */
async function timed({ folder }, command, args) {
  const start = performance.now();
  const child = spawn(command, args, { cwd: path.dirname(folder), stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`${command} exits with ${status}: ${errors.slice(0, 300)}`);
  return performance.now() - start;
}
