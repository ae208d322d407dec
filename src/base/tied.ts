import type { ChildProcess } from 'node:child_process';

/**
 * Holds the program's process group until standard input ends: it does when this process ends, also by SIGKILL, and
 * nothing of the group outlives that. A program that ends by itself takes its watcher with it.
 */
const script = `
exec 3<&0 </dev/null
trap : TERM INT HUP
(trap '' TERM; read -r _ <&3; kill -TERM 0; sleep 1; kill -KILL 0) >/dev/null 2>&1 &
watcher=$!
"$@" 3<&-
code=$?
kill -KILL $watcher
exit $code
`;

/**
 * The command line of a program that must not outlive this process. To be spawned with `detached: true`, so that it has
 * a process group of its own, and with a pipe as its standard input, which nothing is written to.
 */
export function tied(
  program: string,
  args: readonly string[],
): { file: string; args: string[]; stop(child: ChildProcess): void } {
  return { file: '/bin/sh', args: ['-c', script, 'sh', program, ...args], stop: killGroup };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
