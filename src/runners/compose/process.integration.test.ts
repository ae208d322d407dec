import { describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { identifyProcess } from '../../base/process-identity.ts';
import { runProcess } from './process.ts';

const env = process.env;

describe('runProcess', () => {
  it('gives the whole output of a program, and its exit code', async () => {
    const output = await runProcess(['sh', '-c', 'seq 1 200000; echo oops >&2; exit 3'], { env });
    expect(output.exitCode).toBe(3);
    expect(output.stdout).toHaveLength(1_288_895);
    expect(output.stderr).toBe('oops\n');
  });

  it('does not wait for a grandchild that holds the pipes', async () => {
    const { stdout, exitCode } = await runProcess(['sh', '-c', 'sleep 30 & echo done'], { env });
    expect({ stdout, exitCode }).toEqual({ stdout: 'done\n', exitCode: 0 });
  });

  it('ends a program that ignores SIGTERM, and its children', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const pids: number[] = [];
    const running = runProcess(['sh', '-c', "trap '' TERM; sleep 30 & echo $!; echo $$; wait; sleep 30"], {
      env,
      signal: stop.signal,
      onLine: (line) => {
        pids.push(Number(line));
        if (pids.length === 2) stop.abort(reason);
      },
    });
    await expect(running).rejects.toBe(reason);
    await awaitUntil(() => (pids.some((pid) => identifyProcess(pid)) ? undefined : true), {
      what: 'its processes to end',
      withinMs: 5_000,
    });
  });

  it('says that there is no such program', async () => {
    await expect(runProcess(['no-such-program-here'], { env })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
