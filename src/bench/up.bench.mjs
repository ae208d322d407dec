/** From nothing, and from a stopped stack with its data, to a verified embedded stack. Each run in a folder of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../../bin/meatymusic.js', import.meta.url));
const rounds = 3;
const clean = ['down', '--volumes'];

const start = ['--no-verify'];

export default [
  { name: 'start-cold', budget: '≤ 2.8', run: () => measure({ args: start, between: clean, warmUp: false }) },
  { name: 'start-warm', budget: '≤ 1.6', run: () => measure({ args: start, between: ['down'] }) },
  { name: 'start-again, all healthy', budget: '≤ 0.3', run: () => measure({ args: start }) },
  {
    name: 'up-cold, whole list',
    budget: '≤ 8',
    run: () => measure({ args: [], between: clean, warmUp: false }),
  },
  { name: 'up-warm, whole list', budget: '≤ 4.5', run: () => measure({ args: [], between: ['down'] }) },
  { name: 'verify, read-only', budget: '≤ 2.5', run: () => measure({ command: ['verify', '--read-only'] }) },
  { name: 'memory of the embedded stack', budget: '≤ 400', run: memory },
];

/** Returns the median seconds of `up`, or of another command on the stack that runs; calls `between` before each. */
function measure(how) {
  return inFolder((call) => {
    const { args = ['--no-verify'], command, between, warmUp = true } = how;
    const up = ['up', '--runtime', 'embedded', ...args];
    if (warmUp) call(...up);
    const seconds = Array.from({ length: rounds }, () => {
      if (between) call(...between);
      return call(...(command ?? up)).seconds;
    });
    const each = seconds.map((value) => value.toFixed(2)).join(', ');
    return { value: seconds.toSorted((a, b) => a - b)[rounds >> 1], unit: 's', detail: `${each} s` };
  });
}

/** Returns the resident megabytes of all processes after `up`, as `status` reports them. */
function memory() {
  return inFolder((call) => {
    call('up', '--runtime', 'embedded', '--no-verify');
    const { services, supervisorMemoryBytes } = JSON.parse(call('status', '--json').stdout);
    const named = services.map(({ service, memoryBytes }) => [service, memoryBytes]);
    const all = [...named, ['supervisor', supervisorMemoryBytes]];
    return {
      value: all.reduce((sum, [, bytes]) => sum + bytes, 0) / 1e6,
      unit: 'MB',
      detail: all.map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(0)}`).join(', '),
    };
  });
}

/** Calls `work` with a function that runs a command in a folder of its own, which is removed with its stack. */
function inFolder(work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-bench-'));
  writeFileSync(path.join(folder, 'package.json'), '{}');
  const call = (...words) => {
    const start = performance.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, [binary, ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`meatymusic ${words.join(' ')} exits with ${status}: ${stderr.trim()}`);
    return { seconds: (performance.now() - start) / 1000, stdout };
  };
  try {
    return work(call);
  } finally {
    spawnSync(process.execPath, [binary, 'down', '--volumes'], { cwd: folder });
    rmSync(folder, { recursive: true, force: true });
  }
}
