import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { ProbeError } from '../check/probes.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';

/** A process counts by the name that the system has for it, or by the file name of its program (names are cut at 15 characters). */
export function createProcessProbe(context: ProbeContext): ClosableProbe<'process'> {
  return {
    async find({ name }) {
      const pids = process.platform === 'linux' ? await fromProc(name) : await fromPs(name, context.signal);
      return { running: pids.length > 0, pids };
    },
  };
}

async function fromProc(name: string): Promise<number[]> {
  const entries = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    entries.map(async (pid) => {
      const [comm, commandLine] = await Promise.all([
        readFile(`/proc/${pid}/comm`, 'utf8').catch(() => ''),
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      ]);
      const program = commandLine.split('\0', 1)[0]!.split('/').at(-1);
      return comm.trim() === name || program === name ? Number(pid) : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined).sort((a, b) => a - b);
}

async function fromPs(name: string, signal: AbortSignal): Promise<number[]> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,comm='], { signal });
    return stdout
      .split('\n')
      .map((line) => /^\s*(\d+)\s+(.*)$/.exec(line))
      .filter((match) => match?.[2] === name || match?.[2]?.split('/').at(-1) === name)
      .map((match) => Number(match![1]));
  } catch {
    throw new ProbeError('PS_FAILED', 'the list of processes cannot be read');
  }
}
