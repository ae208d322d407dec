import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readModuleGraph } from './module-graph.ts';

/** One import of one file, both relative to the repository; a package is its bare name. */
export interface ImportEdge {
  from: string;
  to: string;
  typeOnly: boolean;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Rooms of src/ by floor; imports go strictly down. */
export const roomFloors: Readonly<Record<string, number>> = {
  base: 0,
  check: 1,
  suites: 2,
  services: 2,
  logs: 2,
  pglite: 2,
  config: 3,
  probes: 4,
  runners: 4,
  migrate: 4,
  sources: 4,
  engine: 5,
  reporters: 6,
  session: 6,
  telemetry: 6,
  prove: 7,
  'api.ts': 7,
  serve: 8,
  commands: 9,
  'cli.ts': 10,
  'index.ts': 10,
};

/** Third parties that stay in their rooms. */
const packages: readonly [packages: RegExp, allowed: RegExp][] = [
  [/^commander$/, /^src\/(cli\.ts|commands\/)/],
  [/^(chalk|ora|listr2)$/, /^src\/(reporters|commands)\//],
  [/^execa$/, /^src\/(base\/run-process|runners\/|probes\/command)/],
  [/^pg$/, /^src\/(probes\/postgres|migrate\/|stack\/api\/)/],
  [/^ioredis$/, /^src\/(probes\/redis|stack\/api\/)/],
  [/^@opentelemetry\//, /^src\/(telemetry\/|probes\/(spans|otlp)|stack\/)/],
  [/^(jiti|sucrase)$/, /^src\/base\//],
  [/^kysely$/, /^(migrations\/|src\/(migrate|stack\/api)\/)/],
  [/^(fastify|pino|@fastify\/.*)$/, /^src\/stack\//],
  [/^playwright-core$/, /^src\/probes\/browser/],
  [/^@electric-sql\//, /^src\/pglite\//],
];

/** Modules that a check may import: the contract and the shared parts of built-in checks. */
const ofChecks = ['src/check/index.ts', 'src/suites/index.ts'];

/** The text of every file that is shipped, by its path; of no test. */
export function shippedSources(): Record<string, string> {
  const files = ['src', 'checks', 'migrations'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true })
      .map((name) => path.posix.join(folder, String(name).replaceAll('\\', '/')))
      .filter((file) => /(?<!\.d)\.m?[jt]s$/.test(file) && !isForTests(file)),
  );
  return Object.fromEntries(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
}

/** Tests, benches and tools may import from every room. */
function isForTests(file: string): boolean {
  return /\.test\.ts$|^src\/(bench|tooling)\/|^src\/stack\/bundles\.mjs$|\/(testing|fixtures)\//.test(file);
}

/** Resolves to every import of these sources, as the bundler resolves them. What is not among them is not read. */
export async function readImports(sources: Record<string, string>): Promise<ImportEdge[]> {
  const resolve = (specifier: string, from: string) =>
    specifier.startsWith('.') ? path.posix.join(path.posix.dirname(from), specifier) : specifier;
  const graph = await readModuleGraph({
    input: Object.keys(sources),
    plugins: [
      {
        name: 'sources',
        resolveId(specifier, importer) {
          const id = importer ? resolve(specifier, importer) : specifier;
          return { id, external: !Object.hasOwn(sources, id) };
        },
        load: (id) => sources[id],
      },
    ],
    transform: { typescript: { onlyRemoveTypeImports: true } },
    checks: { ineffectiveDynamicImport: false, pluginTimings: false },
  });
  return [...graph].flatMap(([from, { imports, dynamicImports, typeImports }]) => [
    ...[...imports, ...dynamicImports].map((to) => ({ from, to, typeOnly: false })),
    ...typeImports.map((to) => ({ from, to, typeOnly: true })),
  ]);
}

/** Returns the violations of the rules as sentences. */
export function violationsOf(edges: readonly ImportEdge[]): string[] {
  const sentences = edges.flatMap((edge) => {
    const reason =
      edge.to.startsWith('src/') || /^(checks|migrations)\//.test(edge.to) ? within(edge) : ofPackage(edge);
    return reason ? [`${edge.from} imports ${edge.to}: ${reason}`] : [];
  });
  return [...new Set([...sentences, ...circlesOf(edges)])];
}

/** Folders inside a room do not import each other in a circle; a folder and the one around it are one. */
function circlesOf(edges: readonly ImportEdge[]): string[] {
  const targets = new Map<string, Set<string>>();
  for (const { from, to } of edges) {
    if (!to.startsWith('src/') || roomOf(from) !== roomOf(to)) continue;
    const [source, target] = [path.posix.dirname(from), path.posix.dirname(to)];
    const isInside = `${source}/`.startsWith(`${target}/`) || `${target}/`.startsWith(`${source}/`);
    if (!isInside) targets.set(source, (targets.get(source) ?? new Set()).add(target));
  }
  const isReachable = (from: string, wanted: string, seen = new Set<string>()): boolean =>
    [...(targets.get(from) ?? [])].some((next) => {
      if (next === wanted) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return isReachable(next, wanted, seen);
    });
  return [...targets.keys()]
    .filter((folder) => isReachable(folder, folder))
    .map((folder) => `${folder} imports itself through another folder of its room`);
}

const onlyContract = `a check imports ${ofChecks.join(', ')} and nothing else`;

function within({ from, to }: ImportEdge): string | undefined {
  if (!to.endsWith('.ts') && !to.endsWith('.mjs')) return 'an import names its file, with its ending';
  if (to.includes('/testing/')) return 'only tests use a folder named testing';
  if (from.startsWith('checks/')) {
    return ofChecks.includes(to) ? undefined : onlyContract;
  }
  if (from.startsWith('migrations/')) return 'a migration imports kysely and nothing else';
  const [source, target] = [roomOf(from), roomOf(to)];
  if (source === target) return undefined;
  if (source === 'stack' || target === 'stack') return 'the reference stack is an island';
  if (target === 'suites' && source !== 'sources') return 'only checks and declared kinds use the suites';
  const [sourceFloor, targetFloor] = [roomFloors[source], roomFloors[target]];
  if (sourceFloor === undefined) return `the room ${source} has no floor`;
  if (targetFloor === undefined) return `the room ${target} has no floor`;
  if (targetFloor < sourceFloor) return undefined;
  return targetFloor === sourceFloor ? `sideways on floor ${sourceFloor}` : 'upwards';
}

function ofPackage({ from, to }: ImportEdge): string | undefined {
  const isBuiltin = to.startsWith('node:') || builtinModules.includes(to);
  const name = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : (to.split('/')[0] as string);
  if (from.startsWith('checks/')) return onlyContract;
  if (from.startsWith('migrations/')) {
    return name === 'kysely' ? undefined : 'a migration imports kysely and nothing else';
  }
  if (isBuiltin) return undefined;
  const room = packages.find(([names]) => names.test(name));
  return !room || room[1].test(from) ? undefined : `${name} stays in its room`;
}

function roomOf(file: string): string {
  return file.split('/')[1] as string;
}
