/** From nothing, and from a stopped stack with its data, to a verified embedded stack. Each run in a folder of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../../bin/meatymusic.js', import.meta.url));
const rounds = 3;

export default [
  {
    name: 'up-cold',
    budget: '≤ 8',
    run: () => measure({ args: [], between: ['down', '--volumes'], warmUp: false }),
  },
  { name: 'up-warm', budget: '≤ 2', run: () => measure({ args: [], between: ['down'] }) },
  {
    name: 'up-warm without verification',
    budget: '',
    run: () => measure({ args: ['--no-verify'], between: ['down'] }),
  },
  { name: 'up-again, all healthy', budget: '≤ 1', run: () => measure({ args: ['--no-verify'] }) },
];

/** Returns the median seconds of `up` over several rounds; calls `between` before each. */
function measure({ args, between, warmUp = true }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-bench-'));
  writeFileSync(path.join(folder, 'package.json'), '{}');
  const call = (...words) => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, [binary, ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`meatymusic ${words.join(' ')} exits with ${status}: ${stderr.trim()}`);
    return (performance.now() - start) / 1000;
  };
  try {
    const up = ['up', '--runtime', 'embedded', ...args];
    if (warmUp) call(...up);
    const seconds = Array.from({ length: rounds }, () => {
      if (between) call(...between);
      return call(...up);
    });
    const each = seconds.map((value) => value.toFixed(2)).join(', ');
    return { value: seconds.toSorted((a, b) => a - b)[rounds >> 1], unit: 's', detail: `${each} s` };
  } finally {
    spawnSync(process.execPath, [binary, 'down', '--volumes'], { cwd: folder });
    rmSync(folder, { recursive: true, force: true });
  }
}
