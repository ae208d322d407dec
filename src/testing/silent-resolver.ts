/**
 * Runs a command where the system's only name server is silent: in a network and a mount table of its own (Linux). The
 * system's own lookup of a name takes longer there than any test may.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const apart = ['--user', '--map-root-user', '--mount', '--net', 'sh', '-c'];
const prepare = 'mount --bind "$0" /etc/resolv.conf && ip link set lo up';

/** For `describe.skipIf(...)`: why the tests cannot run here. */
export const noSilentResolver: string | undefined =
  spawnSync('unshare', [...apart, prepare, '/etc/resolv.conf']).status === 0
    ? undefined
    : 'needs unshare and ip, and namespaces for everybody';

export interface ResolvedRun {
  code: number;
  /** Questions that the name server got. */
  asked: number;
  stdout: string;
}

export async function withSilentResolver(command: readonly string[], cwd: string): Promise<ResolvedRun> {
  const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-resolver-'));
  const resolvConf = path.join(folder, 'resolv.conf');
  writeFileSync(resolvConf, 'nameserver 127.0.0.1\noptions timeout:30 attempts:5\n');
  const server = path.join(import.meta.dirname, 'silent-resolver.mjs');
  const child = spawn(
    'unshare',
    [...apart, `${prepare} && exec "$@"`, resolvConf, process.execPath, server, ...command],
    { cwd, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    out.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    out.stderr += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  rmSync(folder, { recursive: true, force: true });
  const last = out.stderr.trimEnd().split('\n').at(-1) ?? '';
  return { ...(JSON.parse(last) as { code: number; asked: number }), stdout: out.stdout };
}
