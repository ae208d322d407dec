import { readYaml } from '../../../base/yaml.ts';
import {
  type DetectedService,
  type Folder,
  foldersIn,
  healthPathIn,
  portIn,
  readFolder,
  readText,
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
  '@hapi/hapi',
  'elysia',
  'restify',
  'polka',
  '@trpc/server',
  'apollo-server',
  '@apollo/server',
];
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
  const web = Object.keys(webFrameworks).find((name) => name in all);
  // Many APIs are built or tested with vite; a server framework among the dependencies decides.
  if (apiFrameworks.some((name) => name in dependencies) && (web === undefined || web === 'vite'))
    return 'api';
  if (web !== undefined) return 'web';
  return queues.some((name) => name in dependencies) ? 'process' : undefined;
}

export function packageManagerOf(root: Folder): PackageManager | undefined {
  const found = lockFiles.find(([file]) => root.files.has(file))?.[1];
  const [, named] = /^(npm|pnpm|yarn|bun)@/.exec(manifestOf(root)?.packageManager ?? '') ?? [];
  return (
    found ?? (named as PackageManager | undefined) ?? (root.files.has('package.json') ? 'npm' : undefined)
  );
}

/** Returns a service for each package with a script that starts it: those of the workspace, else the project's own. */
export function servicesOfPackages(root: Folder): DetectedService[] {
  const manager = packageManagerOf(root);
  if (!manager) return [];
  const members = memberFolders(root).map((name) => readFolder(root.path, name));
  const folders = members.length > 0 ? members : [root];
  return folders.flatMap((folder) => servicesOf(folder, manager));
}

function servicesOf(folder: Folder, manager: PackageManager): DetectedService[] {
  const manifest = manifestOf(folder);
  if (!manifest) return [];
  const { scripts = {} } = manifest;
  const kind = kindOfPackage(manifest);
  const script = ['dev', 'start:dev', 'develop', 'start', 'serve'].find((name) => scripts[name]);
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
      portOfScript(scripts[script] as string) ?? portOfEnv(folder) ?? defaultPort(kind, manifest, folder);
    const health = kind === 'api' ? healthPathIn(folder) : undefined;
    services.push({
      name,
      kind,
      why: `${folder.name === '.' ? 'package.json' : `${folder.name}/package.json`}: script "${script}" (${scripts[script]})`,
      start: run(script),
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
    });
  }
  return services;
}

function defaultPort(
  kind: 'api' | 'web' | 'process',
  { dependencies = {}, devDependencies = {} }: Manifest,
  folder: Folder,
) {
  if (kind !== 'web') return portIn(folder);
  const framework = Object.keys(webFrameworks).find(
    (name) => name in dependencies || name in devDependencies,
  );
  return framework === undefined ? undefined : webFrameworks[framework];
}

function portOfScript(script: string): number | undefined {
  const [, port] = /(?:\bPORT=|(?:--port|-p)[ =])(\d{2,5})/.exec(script) ?? [];
  return port ? Number(port) : undefined;
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
    return JSON.parse(text) as Manifest;
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
