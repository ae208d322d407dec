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
const floors: Readonly<Record<string, number>> = {
  base: 0,
  check: 1,
  config: 2,
  probes: 2,
  runtimes: 2,
  migrate: 2,
  declare: 2,
  engine: 3,
  reporters: 3,
  telemetry: 4,
  session: 4,
  commands: 5,
  'cli.ts': 6,
  'index.ts': 6,
};

/** Third parties that stay in their rooms. `commands` includes the whole folder. */
const rooms: readonly [packages: RegExp, allowed: RegExp][] = [
  [/^commander$/, /^src\/(cli\.ts|commands\/)/],
  [/^(chalk|ora|listr2)$/, /^src\/(reporters|commands)\//],
  [/^execa$/, /^src\/(runtimes\/|probes\/command)/],
  [/^pg$/, /^src\/(probes\/postgres|migrate\/|stack\/api\/)/],
  [/^ioredis$/, /^src\/(probes\/redis|stack\/api\/)/],
  [/^@opentelemetry\//, /^src\/(telemetry\/|probes\/(spans|otlp)|stack\/)/],
  [/^kysely$/, /^(migrations\/|src\/(migrate|stack\/api)\/)/],
  [/^(fastify|pino|@fastify\/.*)$/, /^src\/stack\//],
  [/^playwright-core$/, /^src\/probes\/browser/],
  [/^@electric-sql\//, /^src\/(runtimes\/embedded|migrate)\//],
];

/** Types that a neighbour may take: what the engine tells, and what is configured. */
const sideways: readonly { from: RegExp; to: string; typeOnly: boolean }[] = [
  { from: /^src\/reporters\//, to: 'src/engine/events.ts', typeOnly: true },
  { from: /^src\/(runtimes|probes|migrate|declare)\//, to: 'src/config/schema.ts', typeOnly: true },
];

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

/** What breaks the rules, as sentences. */
export function violationsOf(edges: readonly ImportEdge[]): string[] {
  const sentences = edges.flatMap((edge) => {
    const reason =
      edge.to.startsWith('src/') || /^(checks|migrations)\//.test(edge.to) ? within(edge) : ofPackage(edge);
    return reason ? [`${edge.from} imports ${edge.to}: ${reason}`] : [];
  });
  return [...new Set(sentences)];
}

function within({ from, to, typeOnly }: ImportEdge): string | undefined {
  if (!to.endsWith('.ts') && !to.endsWith('.mjs')) return 'an import names its file, with its ending';
  if (to.includes('/testing/')) return 'only tests use a folder named testing';
  if (from.startsWith('checks/')) {
    return to === 'src/check/index.ts' ? undefined : 'a check imports src/check/index.ts and nothing else';
  }
  if (from.startsWith('migrations/')) return 'a migration imports kysely and nothing else';
  const [source, target] = [roomOf(from), roomOf(to)];
  if (source === target) return undefined;
  if (source === 'stack' || target === 'stack') return 'the reference stack is an island';
  const [sourceFloor, targetFloor] = [floors[source], floors[target]];
  if (sourceFloor === undefined) return `the room ${source} has no floor`;
  if (targetFloor === undefined) return `the room ${target} has no floor`;
  if (targetFloor < sourceFloor) return undefined;
  const allowed = sideways.some((one) => one.from.test(from) && one.to === to && (typeOnly || !one.typeOnly));
  if (allowed) return undefined;
  return targetFloor === sourceFloor ? `sideways on floor ${sourceFloor}` : 'upwards';
}

function ofPackage({ from, to }: ImportEdge): string | undefined {
  const isBuiltin = to.startsWith('node:') || builtinModules.includes(to);
  const name = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : (to.split('/')[0] as string);
  if (from.startsWith('checks/')) return 'a check imports src/check/index.ts and nothing else';
  if (from.startsWith('migrations/')) {
    return name === 'kysely' ? undefined : 'a migration imports kysely and nothing else';
  }
  if (isBuiltin) return undefined;
  const room = rooms.find(([packages]) => packages.test(name));
  return !room || room[1].test(from) ? undefined : `${name} stays in its room`;
}

function roomOf(file: string): string {
  return file.split('/')[1] as string;
}
