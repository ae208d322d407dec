/**
 * The first set of checks, run together, compared with the slowest of them: the time of the run that `verify` reports, and
 * the time of the whole process, in which Node.js has to start.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../../bin/meatymusic.js', import.meta.url));
const firstSet = [
  'api/health',
  'api/ready',
  'cache/ping',
  'cache/round-trip',
  'database/connects',
  'database/tables-present',
  'database/migrations-at-head',
  'database/vector',
  'observability/log-structure',
  'observability/trace-propagates',
  'web/home',
  'web/dashboard',
];
const rounds = 5;

export default [
  { name: 'first-set', budget: '≤ 1', run: () => run('run') },
  { name: 'first-set, the whole call', budget: '', run: () => run('call') },
];

function run(what) {
  const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-bench-'));
  writeFileSync(path.join(folder, 'package.json'), '{}');
  const call = (...words) => {
    const startedAt = performance.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, [binary, ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`meatymusic ${words.join(' ')} exits with ${status}: ${stderr.trim()}`);
    return { stdout, ms: performance.now() - startedAt };
  };
  try {
    call('up', '--runtime', 'embedded', '--no-verify');
    const verify = () => call('verify', ...firstSet, '--reporter', 'json');
    verify();
    const measured = Array.from({ length: rounds }, () => {
      const { stdout, ms: call } = verify();
      const { checks, durationMs } = JSON.parse(stdout);
      const slowest = checks.reduce((a, b) => (a.durationMs > b.durationMs ? a : b));
      const ms = { run: durationMs, call }[what];
      return { ms, slowest, ratio: ms / (1.5 * slowest.durationMs + 150) };
    });
    const { ms, slowest, ratio } = measured.sort((a, b) => a.ratio - b.ratio)[rounds >> 1];
    return {
      ratio,
      detail: `${ms.toFixed(0)} ms; the slowest, ${slowest.id}, ${slowest.durationMs.toFixed(0)} ms × 1.5 + 150 ms`,
    };
  } finally {
    spawnSync(process.execPath, [binary, 'down', '--volumes'], { cwd: folder });
    rmSync(folder, { recursive: true, force: true });
  }
}
