import path from 'node:path';
import { readYaml } from '../../../base/yaml.ts';
import {
  type DetectedService,
  type Folder,
  foldersIn,
  healthPathIn,
  portIn,
  portOfCommand,
  readFolder,
  readText,
  workerName,
} from './project.ts';

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

export interface Manifest {
  name?: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  workspaces?: string[] | { packages?: string[] };
  packageManager?: string;
}

const lockFiles: readonly [string, PackageManager][] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
];

/** Frameworks of web pages with the port of their development server. */
const webFrameworks: Readonly<Record<string, number>> = {
  next: 3000,
  nuxt: 3000,
  '@remix-run/dev': 3000,
  '@react-router/dev': 5173,
  '@sveltejs/kit': 5173,
  astro: 4321,
  gatsby: 8000,
  'react-scripts': 3000,
  '@angular/core': 4200,
  '@vue/cli-service': 8080,
  'solid-start': 3000,
  vite: 5173,
};
const apiFrameworks = [
  'express',
  'fastify',
  'koa',
  'hono',
  '@nestjs/core',
  '@nestjs/graphql',
  '@medusajs/medusa',
  '@strapi/strapi',
  '@hapi/hapi',
  'elysia',
  'restify',
  'polka',
  'apollo-server',
  '@apollo/server',
];
/** Ports of frameworks that listen on one of their own. */
const apiPorts: Readonly<Record<string, number>> = { '@medusajs/medusa': 9000, '@strapi/strapi': 1337 };
/** Apps of a phone or a desktop: no service, whatever else they depend on. */
const nativeApps = ['expo', 'react-native', 'electron', '@tauri-apps/api'];
const queues = [
  'bullmq',
  'bull',
  'bee-queue',
  'agenda',
  'pg-boss',
  'graphile-worker',
  'amqplib',
  'kafkajs',
  '@temporalio/worker',
];

/** Returns what a package is by its dependencies; `undefined`: no service. A full-stack framework is a web app. */
export function kindOfPackage({
  dependencies = {},
  devDependencies = {},
}: Manifest): 'api' | 'web' | 'process' | undefined {
  const all = { ...dependencies, ...devDependencies };
  if (nativeApps.some((name) => name in all)) return undefined;
  const web = Object.keys(webFrameworks).find((name) => name in all);
  // Many APIs are built or tested with vite; a server framework among the dependencies decides.
  if (apiFrameworks.some((name) => name in dependencies) && (web === undefined || web === 'vite'))
    return 'api';
  if (web !== undefined) return 'web';
  return queues.some((name) => name in dependencies) ? 'process' : undefined;
}

/** Returns the package manager of the folder's lock file or manifest, else that of the project. */
export function packageManagerOf(folder: Folder, ofProject?: PackageManager): PackageManager | undefined {
  const found = lockFiles.find(([file]) => folder.files.has(file))?.[1];
  const [, named] = /^(npm|pnpm|yarn|bun)@/.exec(String(manifestOf(folder)?.packageManager ?? '')) ?? [];
  return (
    found ??
    (named as PackageManager | undefined) ??
    ofProject ??
    (folder.files.has('package.json') ? 'npm' : undefined)
  );
}

/** Returns a service for each package with a script that starts it. */
export function servicesOfPackages(root: Folder): DetectedService[] {
  const manager = packageManagerOf(root);
  return packagesOf(root).flatMap((folder) => servicesOf(folder, packageManagerOf(folder, manager) ?? 'npm'));
}

/** Returns the members of the workspace; else the project itself, if it is a service; else the packages in its folders. */
export function packagesOf(root: Folder): Folder[] {
  const members = memberFolders(root);
  if (members.length === 0 && servicesOf(root, 'npm').length > 0) return [root];
  const names =
    members.length > 0
      ? members
      : ['.', 'apps', 'packages', 'services'].flatMap((name) => foldersIn(root.path, name));
  return [...new Set(names)]
    .map((name) => readFolder(root.path, name))
    .filter(({ files }) => files.has('package.json'));
}

/** Scripts that start a whole project, or a tool. */
const startsOthers =
  /^(?:overmind|foreman|hivemind|turbo|nx|npx nx|lerna|docker|docker-compose|prisma studio|expo|tsc)\b/;

/** Scripts that run a program, unlike those that build or watch. */
const runsProgram = /^(?:node|tsx|ts-node(?:-dev)?|nodemon|bun)\b/;

function servicesOf(folder: Folder, manager: PackageManager): DetectedService[] {
  const manifest = manifestOf(folder);
  if (!manifest) return [];
  const { scripts = {} } = manifest;
  const script = ['dev', 'start:dev', 'develop', 'start', 'serve'].find(
    (each) => scripts[each] && !startsOthers.test(scripts[each]),
  );
  const isWorker =
    workerName.test(path.posix.basename(folder.name)) && runsProgram.test(scripts[script ?? ''] ?? '');
  const kind = kindOfPackage(manifest) ?? (isWorker ? 'process' : undefined);
  const name =
    folder.name === '.'
      ? (manifest.name ?? 'app').replace(/^@[^/]+\//, '')
      : (folder.name.split('/').at(-1) as string);
  const run = (each: string) => ({
    command: `${manager} run ${each}`,
    ...(folder.name === '.' ? {} : { cwd: folder.name }),
  });
  const services: DetectedService[] = [];
  if (kind && script) {
    const port =
      portOfCommand(scripts[script] as string) ?? portOfEnv(folder) ?? defaultPort(kind, manifest, folder);
    const health = kind === 'api' ? healthPathIn(folder) : undefined;
    services.push({
      name,
      kind,
      why: `${folder.name === '.' ? 'package.json' : `${folder.name}/package.json`}: script "${script}" (${scripts[script]})`,
      start: run(script),
      source: folder.name,
      ...(port && kind !== 'process' ? { port } : {}),
      ...(health ? { healthPath: health } : {}),
    });
  }
  const workerScript = Object.keys(scripts).find((each) =>
    /^(?:dev:|start:)?(?:worker|queue|jobs)$/.test(each),
  );
  if (workerScript && kind !== 'process') {
    services.push({
      name: `${name}-worker`,
      kind: 'process',
      why: `script "${workerScript}"`,
      start: run(workerScript),
      source: folder.name,
    });
  }
  return services;
}

function defaultPort(
  kind: 'api' | 'web' | 'process',
  { dependencies = {}, devDependencies = {} }: Manifest,
  folder: Folder,
) {
  if (kind !== 'web') {
    const own = Object.keys(apiPorts).find((name) => name in dependencies);
    return own === undefined ? portIn(folder) : apiPorts[own];
  }
  const [, configured] = /\bserver\s*:\s*\{[^}]*?\bport\s*:\s*(\d{2,5})/.exec(viteConfig(folder) ?? '') ?? [];
  if (configured) return Number(configured);
  const framework = Object.keys(webFrameworks).find(
    (name) => name in dependencies || name in devDependencies,
  );
  return framework === undefined ? undefined : webFrameworks[framework];
}

function viteConfig(folder: Folder): string | undefined {
  const name = [...folder.files].find((each) => /^vite\.config\.[cm]?[jt]s$/.test(each));
  return name === undefined ? undefined : readText(folder, name);
}

function portOfEnv(folder: Folder): number | undefined {
  for (const name of ['.env.local', '.env', '.env.example']) {
    const [, port] = /^(?:export\s+)?PORT=["']?(\d{2,5})/m.exec(readText(folder, name) ?? '') ?? [];
    if (port) return Number(port);
  }
  return undefined;
}

export function manifestOf(folder: Folder): Manifest | undefined {
  const text = readText(folder, 'package.json');
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Manifest) : undefined;
  } catch {
    return undefined;
  }
}

/** Folders of the members of the workspace; the patterns of pnpm and npm with one `*` at their end. */
function memberFolders(root: Folder): string[] {
  const { workspaces } = manifestOf(root) ?? {};
  const patterns = (Array.isArray(workspaces) ? workspaces : workspaces?.packages) ?? pnpmPackages(root);
  return patterns
    .filter((pattern) => !pattern.startsWith('!'))
    .flatMap((pattern) => {
      const base = pattern.replace(/^\.\//, '').replace(/\/?\*\*?(?:\/\*)?$/, '');
      return /\*/.test(pattern) ? foldersIn(root.path, base === '' ? '.' : base) : [base];
    });
}

function pnpmPackages(root: Folder): string[] {
  const text = readText(root, 'pnpm-workspace.yaml');
  if (text === undefined) return [];
  const { packages = [] } = (readYaml(text).value ?? {}) as { packages?: string[] };
  return packages;
}
