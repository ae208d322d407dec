/**
 * A project folder for tests of the built command line: a configuration with ports that are free, and nothing left of
 * it afterwards, neither process nor file.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { awaitUntil } from '../base/await-until.ts';
import { distFolder, packageRoot } from '../base/package-root.ts';
import { stateFile } from '../runners/state.ts';
import { freePort } from './free-port.ts';
import { processesOf } from './leaks.ts';

/** For `describe.skipIf(...)`: why the tests cannot run here. */
export const notBuilt: string | undefined = existsSync(path.join(distFolder, 'cli.cjs'))
  ? undefined
  : 'needs the built command line (npm run build)';

export interface CliResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningCli {
  readonly child: ChildProcess;
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves once this was written to either stream; rejects when it ends before. */
  sees(pattern: RegExp): Promise<void>;
  readonly ended: Promise<CliResult>;
}

export interface TestProject {
  readonly folder: string;
  readonly ports: { api: number; web: number; database: number; cache: number };
  file(name: string): string;
  start(args: readonly string[], env?: Record<string, string>): RunningCli;
  /** Rejects when the command left something open that kept its process from ending. */
  run(args: readonly string[], env?: Record<string, string>): Promise<CliResult>;
  /** `--json`, parsed. Throws with what was written when it does not parse. */
  json(args: readonly string[], env?: Record<string, string>): Promise<Record<string, unknown>>;
  /** Whatever is left is killed and removed. */
  remove(): Promise<void>;
}

/** Starts the built command line in a folder. */
export function startCli(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): RunningCli {
  const child = spawn(process.execPath, [path.join(packageRoot, 'bin/meatymusic.js'), ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TMPDIR: process.env.TMPDIR,
      NODE_DEBUG: 'meatymusic',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    out.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    out.stderr += chunk;
  });
  const ended = new Promise<CliResult>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, ...out }));
  });
  return {
    child,
    ended,
    get stdout() {
      return out.stdout;
    },
    get stderr() {
      return out.stderr;
    },
    async sees(pattern) {
      const seen = () => pattern.test(out.stdout) || pattern.test(out.stderr);
      const state = await awaitUntil(
        () => (seen() ? 'seen' : child.exitCode === null && child.signalCode === null ? undefined : 'ended'),
        { what: `output like ${pattern}`, withinMs: 60_000, intervalMs: 5 },
      );
      if (state === 'ended' && !seen()) {
        await ended;
        if (!seen()) throw new Error(`ended without ${pattern}:\n${out.stdout}\n${out.stderr}`);
      }
    },
  };
}

export async function makeProject(config: Record<string, unknown> = {}): Promise<TestProject> {
  // A link in the path of the temporary folder would make two names of one folder.
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'meatymusic-project-')));
  const ports = {
    api: await freePort(),
    web: await freePort(),
    database: await freePort(),
    cache: await freePort(),
  };
  const services = {
    api: { url: `http://localhost:${ports.api}` },
    web: { url: `http://localhost:${ports.web}` },
    database: { url: `postgresql://postgres:postgres@localhost:${ports.database}/meatymusic` },
    cache: { url: `redis://localhost:${ports.cache}` },
  };
  const file = (name: string) => path.join(folder, name);
  writeFileSync(file('meatymusic.config.json'), JSON.stringify({ runtime: 'embedded', services, ...config }));

  const start: TestProject['start'] = (args, env) => startCli(folder, args, env);
  const run: TestProject['run'] = async (args, env) => {
    const result = await start(args, env).ended;
    const leftOpen = /note\[left-open\].*/.exec(result.stderr)?.[0];
    if (leftOpen) throw new Error(`meatymusic ${args.join(' ')}: ${leftOpen}`);
    return result;
  };
  return {
    folder,
    ports,
    file,
    start,
    run,
    async json(args, env) {
      const { stdout, stderr, code } = await run([...args, '--json'], env);
      try {
        return JSON.parse(stdout) as Record<string, unknown>;
      } catch {
        throw new Error(`exit code ${code}, no JSON:\n${stdout}\n${stderr}`);
      }
    },
    async remove() {
      // Processes end by a signal; containers, networks and volumes are removed by `down`.
      if (existsSync(stateFile(folder, 'compose'))) await run(['down', '--volumes']);
      await awaitUntil(() => (killProcessesOf(folder) === 0 ? true : undefined), {
        what: 'the processes of the project to end',
        withinMs: 10_000,
      });
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Returns the number of processes that were left. */
function killProcessesOf(folder: string): number {
  const left = processesOf(folder);
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  return left.length;
}
