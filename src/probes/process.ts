import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
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

async function fromProc(): Promise<readonly Running[]> {
  const entries = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  return Promise.all(
    entries.map(async (pid) => {
      const [comm, commandLine] = await Promise.all([
        readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''),
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      ]);
      const program = commandLine.split('\0', 1)[0]?.split('/').at(-1);
      return { pid: Number(pid), names: [comm.trim(), program] };
    }),
  );
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
