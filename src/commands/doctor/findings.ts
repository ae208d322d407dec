import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { type Endpoint, urlOf } from '../../base/endpoint.ts';
import { Fault, messageOf } from '../../base/errors.ts';
import { distFolder, packageRoot } from '../../base/package-root.ts';
import type { Project } from '../../config/project.ts';
import { findChromium, installChromium } from '../../probes/browser/find-chromium.ts';
import { findRuntime } from '../../runners/choose.ts';
import { dockerAnswers } from '../../runners/compose/index.ts';
import { choosePorts } from '../../runners/process/ports.ts';
import { enabledServices, kindOf, settingsOf } from '../../services/index.ts';
import { examineAddresses } from './addresses.ts';
import { examineFiles } from './files.ts';
import type { Finding } from './finding.ts';

const mebibyte = 1024 * 1024;
/** PGlite takes 320 to 500 MB, the services and Node the rest. */
const wantedMemory = 900 * mebibyte;
const wantedDisk = 1024 * mebibyte;
const leastDisk = 200 * mebibyte;

/** Looks at everything that `up` and `verify` need here, side by side. Rejects only when the signal aborts. */
export async function examine(project: Project, signal: AbortSignal): Promise<Finding[]> {
  const [docker, { stack, ports }, addresses, files] = await Promise.all([
    examineDocker(project),
    examineStack(project),
    examineAddresses(project, signal),
    examineFiles(project, signal),
  ]);
  const embedded = examineEmbedded();
  const nothingStarts = docker.state !== 'ok' && embedded.state !== 'ok';
  const wanted = project.config.runtime;
  const needed = (finding: Finding, name: string): Finding =>
    finding.state === 'ok' || wanted === 'external' || (wanted !== name && !nothingStarts)
      ? finding
      : { ...finding, state: 'bad' };
  return [
    examineNode(),
    examineFolder(project.root),
    examineDisk(project.root),
    examineMemory(),
    needed(docker, 'compose'),
    needed(embedded, 'embedded'),
    examineRedis(project),
    examineBrowser(project),
    ...stack,
    ...ports,
    ...addresses,
    ...files,
  ];
}

/** The launcher refuses what is older. */
function examineNode(): Finding {
  return {
    name: 'Node.js',
    state: 'ok',
    found: `${process.versions.node} (${process.platform} ${process.arch})`,
  };
}

function examineFolder(root: string): Finding {
  const name = 'project folder';
  const writable = [root, path.join(root, '.meatymusic')].filter((folder) => existsSync(folder));
  const refused = writable.find((folder) => !allows(folder, constants.W_OK));
  if (!refused) return { name, state: 'ok', found: root };
  return {
    name,
    state: 'bad',
    found: `${refused} cannot be written to`,
    fix: `chown "$(id -u)" '${refused}'`,
  };
}

function examineDisk(root: string): Finding {
  const name = 'disk';
  const { bavail, bsize } = statfsSync(root);
  const free = bavail * bsize;
  const found = `${size(free)} free below ${root}`;
  if (free >= wantedDisk) return { name, state: 'ok', found };
  const fix = 'meatymusic down --volumes; docker system prune';
  return { name, state: free < leastDisk ? 'bad' : 'note', found, fix };
}

function examineMemory(): Finding {
  const name = 'memory';
  const free = os.freemem();
  const found = `${size(free)} of ${size(os.totalmem())} available, ${os.availableParallelism()} processors`;
  if (free >= wantedMemory) return { name, state: 'ok', found };
  const fix = `close other programs: the embedded stack takes about ${size(wantedMemory)}`;
  return { name, state: 'note', found, fix };
}

async function examineDocker(project: Project): Promise<Finding> {
  const name = project.config.compose.engine === 'podman' ? 'Podman' : 'Docker';
  const { available, reason } = await dockerAnswers(project);
  if (available) return { name, state: 'ok', found: reason };
  const fix = '`docker info` has the details; without it `meatymusic up` takes the embedded runtime';
  return { name, state: 'note', found: reason, fix };
}

/** What the embedded runtime is made of: PGlite with pgvector, and the reference stack's bundle. */
function examineEmbedded(): Finding {
  const name = 'embedded runtime';
  try {
    const { resolve } = createRequire(import.meta.url);
    for (const part of ['@electric-sql/pglite', '@electric-sql/pglite-pgvector']) resolve(part);
  } catch (error) {
    return { name, state: 'note', found: `PGlite is missing: ${messageOf(error)}`, fix: 'npm install' };
  }
  if (!existsSync(path.join(distFolder, 'stack/api/main.js'))) {
    return {
      name,
      state: 'note',
      found: 'the reference stack is not built',
      fix: `npm run build (in ${packageRoot})`,
    };
  }
  return { name, state: 'ok', found: 'PGlite with pgvector, and the reference stack' };
}

function examineRedis({ env }: Project): Finding {
  const name = 'Redis';
  const program = findProgram(['redis-server', 'valkey-server'], env);
  if (program) return { name, state: 'ok', found: program };
  const found = 'no redis-server or valkey-server: the embedded runtime brings a small server of its own';
  return { name, state: 'note', found, fix: 'sudo apt-get install -y redis-server' };
}

function examineBrowser({ config, env }: Project): Finding {
  const name = 'browser';
  const { path: found, source } = findChromium(config.browser.path, env);
  if (found) return { name, state: 'ok', found };
  return { name, state: 'note', found: `${source}: the browser checks are skipped`, fix: installChromium };
}

/** Which of the ports this folder's stack has now; that another folder's stack has its name is a finding of its own. */
async function examineStack(project: Project): Promise<{ stack: Finding[]; ports: Finding[] }> {
  if (project.config.runtime === 'external') return { stack: [], ports: [] };
  try {
    const { runtime } = await findRuntime(project);
    const endpoints = runtime.name === 'external' ? undefined : await runtime.endpoints();
    const urls = Object.values<Endpoint>(endpoints ?? {}).map((endpoint) => urlOf(endpoint) ?? '');
    return {
      stack: [],
      ports: await examinePorts(
        project,
        urls.map((url) => portOf(url, 0)),
      ),
    };
  } catch (error) {
    const isTaken = error instanceof Fault && error.code === 'project-name-taken';
    const ports = await examinePorts(project, []);
    // Whatever else is wrong with the engine is the finding about it.
    if (!isTaken) return { stack: [], ports };
    const found = { name: 'project name', state: 'bad' as const, found: error.message };
    return { stack: [{ ...found, ...(error.hint && { fix: error.hint }) }], ports };
  }
}

async function examinePorts({ config }: Project, endpoints: readonly number[]): Promise<Finding[]> {
  const isFixed = config.up.ports === 'fixed';
  return Promise.all(
    enabledServices(config.services).flatMap((service) => {
      const { url } = settingsOf(config.services, service);
      const { defaultPort = 0 } = kindOf(config.services, service);
      return url === undefined ? [] : [examinePort(service, portOf(url, defaultPort))];
    }),
  );

  async function examinePort(service: string, port: number): Promise<Finding> {
    const name = `port ${port}`;
    if (endpoints.includes(port))
      return { name, state: 'ok', found: `${service}: this project's stack has it` };
    try {
      await choosePorts({ [service]: port }, 'fixed');
      return { name, state: 'ok', found: `${service}: free` };
    } catch (error) {
      const found = error instanceof Fault ? error.message.replace(`${name} of `, '') : messageOf(error);
      return isFixed
        ? { name, state: 'bad', found, fix: 'stop that process, or set up.ports to auto' }
        : { name, state: 'note', found: `${found}; up takes another one` };
    }
  }
}

function findProgram(names: readonly string[], env: Project['env']): string | undefined {
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return names
    .flatMap((name) => folders.map((folder) => path.join(folder, name)))
    .find((file) => allows(file, constants.X_OK));
}

function allows(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}

function portOf(url: string, fallback: number): number {
  return URL.canParse(url) ? Number(new URL(url).port) || fallback : fallback;
}

function size(bytes: number): string {
  return bytes >= 1024 * mebibyte
    ? `${(bytes / 1024 / mebibyte).toFixed(1)} GB`
    : `${Math.round(bytes / mebibyte)} MB`;
}
