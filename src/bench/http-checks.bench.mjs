/**
 * Declared HTTP checks beside goss, from the PATH or from GOSS: the same requests and the same
 * expectations, against the same server, in turns. The memory a check costs is the growth of the peak from 1,000 to 10,000
 * checks. The lower bound for a tool of Node.js is shown beside: an empty Node and the bare requests over plain sockets.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../../bin/meatymusic.js', import.meta.url));
const goss = process.env.GOSS ?? 'goss';
const missing =
  spawnSync(goss, ['--help']).status === 0 ? undefined : 'needs goss on the PATH, or its path in GOSS';
const server = `require('node:http').createServer((q, r) => r.end('<html>page ' + q.url.slice(6) + '</html>\\n')).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;
/** Sends the same number of requests, 16 at a time, and reads each response to its end. */
const client = `const [port, count] = process.argv.slice(1).map(Number); let next = 0;
for (let at = 0; at < 16; at++) {
  const socket = require('node:net').connect(port, '127.0.0.1');
  let text = '';
  const ask = () => (next < count ? socket.write('GET /page/' + next++ + ' HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n') : socket.destroy());
  socket.on('connect', ask).on('data', (bytes) => {
    text += bytes.latin1Slice();
    if (text.endsWith('</html>\\n') || text.endsWith('0\\r\\n\\r\\n')) { text = ''; ask(); }
  });
}`;
const rounds = { 1000: 5, 10000: 3 };

export default [
  { name: '1000-http-checks', budget: '≤ 1.8', run: () => compare(1000) },
  { name: '10000-http-checks', budget: '≤ 0.85', run: () => compare(10_000) },
  { name: 'http-check-memory', budget: '≤ 10', run: memory },
  { name: '1000-http-checks-memory', budget: '≤ 150', run: peakOf1000 },
];

async function compare(count) {
  if (missing) return { skipped: missing };
  return withFiles([count], ({ ours, theirs, bare }) => {
    const times = { ours: [], goss: [], bare: [] };
    for (let round = 0; round < rounds[count]; round++) {
      times.ours.push(ours(count));
      times.goss.push(theirs(count));
      times.bare.push(bare(count));
    }
    const [of, by, floor] = [times.ours, times.goss, times.bare].map((each) => Math.min(...each));
    const ms = (value) => `${value.toFixed(0)} ms`;
    return {
      ratio: of / by,
      detail: `meatymusic ${ms(of)}, goss ${ms(by)}, bare sockets in Node ${ms(floor)} (best of ${rounds[count]})`,
    };
  });
}

async function memory() {
  return withFiles([1000, 10_000], ({ peak }) => {
    const [few, many] = [peak(1000), peak(10_000)];
    return {
      value: (many - few) / 9000,
      unit: 'kB a check',
      detail: `peak ${(few / 1024).toFixed(0)} MB with 1,000 checks, ${(many / 1024).toFixed(0)} MB with 10,000`,
    };
  });
}

async function peakOf1000() {
  return withFiles([1000], ({ peak }) => ({ value: peak(1000) / 1024, unit: 'MB' }));
}

async function withFiles(counts, measure) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'meatymusic-bench-'));
  const child = spawn(process.execPath, ['-e', server], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const port = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
    for (const count of counts) writeCases(folder, count, port);
    const verify = (count) => [binary, 'verify', '--check-file', `checks-${count}.yaml`, '--quiet'];
    const ours = (count) => timed(folder, process.execPath, verify(count));
    const theirs = (count) => timed(folder, goss, ['-g', `goss-${count}.yaml`, 'validate', '-f', 'silent']);
    const bare = (count) => timed(folder, process.execPath, ['-e', client, String(port), String(count)]);
    const peak = (count) => peakKiB(folder, verify(count));
    return await measure({ ours, theirs, bare, peak });
  } finally {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeCases(folder, count, port) {
  let checks = 'checks:\n';
  let tests = 'http:\n';
  for (let index = 0; index < count; index++) {
    const url = `http://127.0.0.1:${port}/page/${index}`;
    const expected = `    status: 200\n    body:\n      - page ${index}\n`;
    checks += `  - id: bench/check-${index}\n    kind: http\n    url: ${url}\n${expected}`;
    tests += `  ${url}:\n${expected}`;
  }
  writeFileSync(path.join(folder, `checks-${count}.yaml`), checks);
  writeFileSync(path.join(folder, `goss-${count}.yaml`), tests);
}

/** Returns the milliseconds of one run, start of the process included. */
function timed(cwd, command, args) {
  const start = performance.now();
  run(cwd, command, args);
  return performance.now() - start;
}

/** Returns the peak resident set of a run, reported by the process when it exits. */
function peakKiB(cwd, args) {
  const [peak, atExit] = ['peak', 'at-exit.cjs'].map((name) => path.join(cwd, name));
  const write = `require('node:fs').writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS))`;
  writeFileSync(atExit, `process.on('exit', () => ${write});\n`);
  run(cwd, process.execPath, ['--require', atExit, ...args]);
  return Number(readFileSync(peak, 'utf8'));
}

function run(cwd, command, args) {
  const { status, stderr } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${command} exits with ${status}: ${stderr.toString().slice(0, 300)}`);
}
