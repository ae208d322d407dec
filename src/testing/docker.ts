/** Compose projects for tests on a real engine: unique names, and nothing left of them afterwards. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRedactor } from '../base/redact.ts';
import { type ConfigInput, configOf } from '../config/schema.ts';
import { createEngineCli, type EngineCli } from '../runners/compose/cli.ts';
import { createComposeRuntime } from '../runners/compose/index.ts';
import { listThings, removeThings } from '../runners/compose/remove.ts';
import type { Endpoints, Runtime, RuntimeEvent, UpOptions } from '../runners/runtime.ts';

/** For `describe.skipIf(...)`: why the tests cannot run here. Never pulls. */
export const dockerMissing: string | undefined = findReason();

/** ` (needs …)` for the title of a group that is skipped. */
export const why = dockerMissing ? ` (${dockerMissing})` : '';

function findReason(): string | undefined {
  const ask = (...args: string[]) =>
    execFileSync('docker', args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 });
  try {
    ask('version');
    ask('compose', 'version');
  } catch {
    return 'needs a Docker engine with Compose 2';
  }
  try {
    ask('image', 'inspect', 'redis:7-alpine', 'pgvector/pgvector:pg16', 'node:24-slim');
    return undefined;
  } catch {
    return 'needs the images of docker-compose.yml';
  }
}

/** Services of a contract that the file under test does not have. */
export const noServices = {
  api: { enabled: false },
  web: { enabled: false },
  database: { enabled: false },
  cache: { enabled: false },
};

export interface ComposeProject {
  readonly folder: string;
  /** As compose names it after the folder. */
  readonly name: string;
  readonly cli: EngineCli;
  readonly events: RuntimeEvent[];
  file(name: string): string;
  runtime(config?: ConfigInput): Runtime;
  up(config?: ConfigInput, options?: Partial<UpOptions>): Promise<Endpoints>;
  down(config?: ConfigInput): Promise<string[]>;
  /** Names of all that carries the project's label. */
  things(): Promise<{ containers: string[]; networks: number; volumes: string[] }>;
  docker(...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

/** A folder with this compose file, driven without a command line. `files` are written beside it. */
export function makeComposeProject(
  composeFile: string,
  { files = {}, env = {} }: { files?: Record<string, string>; env?: Record<string, string> } = {},
): ComposeProject {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'mm-compose-')));
  const file = (name: string) => path.join(folder, name);
  for (const [name, text] of Object.entries({ 'compose.yaml': composeFile, ...files })) {
    writeFileSync(file(name), text);
  }
  const events: RuntimeEvent[] = [];
  const contextOf = (config: ConfigInput) => ({
    config: configOf({ services: noServices, ...config }),
    root: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    redact: createRedactor(),
  });
  const cli = createEngineCli(contextOf({}));
  const name = path.basename(folder).toLowerCase();
  const runtime = (config: ConfigInput = {}) => createComposeRuntime(contextOf(config));
  const never = new AbortController().signal;
  const onEvent = (event: RuntimeEvent) => {
    events.push(event);
  };
  return {
    folder,
    name,
    cli,
    events,
    file,
    runtime,
    up: (config, options) =>
      runtime(config).up({
        ports: 'auto',
        timeoutMs: 60_000,
        stableForMs: 0,
        signal: never,
        onEvent,
        ...options,
      }),
    down: (config) => runtime(config).down({ volumes: true, signal: never, onEvent }),
    async things() {
      const { containers, networks, volumes } = await listThings(cli, name);
      // The engine lists them in any order.
      return {
        containers: containers.map((one) => one.name).sort(),
        networks: networks.length,
        volumes: [...volumes].sort(),
      };
    },
    docker: (...args) => cli.must(args, { withinMs: 60_000 }),
    async remove() {
      await removeThings(cli, await listThings(cli, name), { signal: never, onEvent });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Snapshot of a project without leftovers. */
export const nothingLeft = { containers: [], networks: 0, volumes: [] };
