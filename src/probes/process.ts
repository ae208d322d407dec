import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ProbeError } from '../check/probes.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';

/** A process by its names: that of the system, cut at 15 characters on Linux, and the file name of its program. */
interface Running {
  pid: number;
  names: readonly (string | undefined)[];
}

interface Snapshot {
  takenAtMs: number;
  processes: Promise<readonly Running[]>;
}

/** Checks of many processes read the list once; a retry reads it again. */
const sharedForMs = 500;

export function createProcessProbe({ shared, clock }: ProbeContext): ClosableProbe<'process'> {
  const current = shared.get<{ snapshot?: Snapshot }>('processes', () => ({}));
  return {
    async find({ name }) {
      const now = clock.monotonic();
      if (!current.snapshot || now - current.snapshot.takenAtMs > sharedForMs) {
        current.snapshot = { takenAtMs: now, processes: listProcesses() };
      }
      const pids = (await current.snapshot.processes)
        .filter(({ names }) => names.includes(name))
        .map(({ pid }) => pid)
        .sort((a, b) => a - b);
      return { running: pids.length > 0, pids };
    },
  };
}

function listProcesses(): Promise<readonly Running[]> {
  return process.platform === 'linux' ? fromProc() : fromPs();
}

/** Number of processes that are read without a pause; other checks continue in between. */
const atOnce = 64;

async function fromProc(): Promise<readonly Running[]> {
  const found: Running[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const program = textOf(`/proc/${entry}/cmdline`).split('\0', 1)[0]?.split('/').at(-1);
    found.push({ pid: Number(entry), names: [textOf(`/proc/${entry}/comm`).trim(), program] });
    if (found.length % atOnce === 0) await setImmediate();
  }
  return found;
}

/** Reads a file of `/proc`, which waits for no disk; a promise for each would cost more than the read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function fromPs(): Promise<readonly Running[]> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,comm='], { timeout: 10_000 });
    return [...stdout.matchAll(/^\s*(\d+)\s+(.*)$/gm)].map(([, pid, comm = '']) => ({
      pid: Number(pid),
      names: [comm, comm.split('/').at(-1)],
    }));
  } catch {
    throw new ProbeError('PS_FAILED', 'the list of processes cannot be read');
  }
}
