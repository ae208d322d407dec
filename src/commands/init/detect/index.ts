import { servicesOfCompose } from './compose.ts';
import { migrationsIn } from './migrations.ts';
import { type PackageManager, packageManagerOf, servicesOfPackages } from './node.ts';
import { servicesOfProcfile } from './procfile.ts';
import { type DetectedKind, type DetectedMigrations, type DetectedService, readFolder } from './project.ts';
import { servicesOfPython } from './python.ts';

export type { DetectedMigrations, DetectedService } from './project.ts';

/** What a folder says about its stack. */
export interface DetectedProject {
  /** By the name in the configuration, in the order in which they start. */
  services: Map<string, DetectedService>;
  /** Absent: none, or several. */
  migrations?: DetectedMigrations;
  packageManager?: PackageManager;
  /** What was found and not decided, for the person to decide. */
  open: string[];
}

const standardNames: Partial<Record<DetectedKind, string>> = {
  postgres: 'database',
  redis: 'cache',
  api: 'api',
  web: 'web',
};
const startOrder: readonly DetectedKind[] = ['postgres', 'redis', 'tcp', 'api', 'web', 'process'];

/** Reads compose files, packages, Python projects and a Procfile below `root`. It runs and connects to nothing. */
export function detectProject(root: string): DetectedProject {
  const folder = readFolder(root);
  const composed = servicesOfCompose(folder);
  const packages = servicesOfPackages(folder);
  const python = servicesOfPython(folder);
  const sources = packages.length + python.length > 0 ? [...packages, ...python] : servicesOfProcfile(folder);
  const found = [...composed, ...sources.filter((service) => !isComposed(service, composed))];
  const named = nameAll(found);
  const packageManager = packageManagerOf(folder);
  const tools = [folder, ...memberNames(found).map((name) => readFolder(root, name))].flatMap((each) =>
    migrationsIn(each, packageManager),
  );
  const [migrations, ...more] = tools;
  return {
    services: named,
    ...(migrations && more.length === 0 ? { migrations } : {}),
    ...(packageManager ? { packageManager } : {}),
    open:
      more.length > 0
        ? [`several migration tools: ${tools.map(({ tool, why }) => `${tool} (${why})`).join(', ')}`]
        : [],
  };
}

/** True if a container does the same: it is built from that folder, or has its name or port. */
function isComposed({ name, port, start }: DetectedService, composed: readonly DetectedService[]): boolean {
  const folder = 'cwd' in start ? start.cwd : undefined;
  return composed.some(
    (other) =>
      (folder !== undefined && other.why.endsWith(`built from ${folder}`)) ||
      other.name === name ||
      (port !== undefined && other.port === port),
  );
}

/** Folders in which a service is started; there migration tools are looked for as well. */
function memberNames(services: readonly DetectedService[]): string[] {
  const named = services.flatMap(({ start }) => ('cwd' in start && start.cwd ? [start.cwd] : []));
  return [...new Set(named)];
}

/** The first of its kind has the name of the contract; dependencies follow. */
function nameAll(found: readonly DetectedService[]): Map<string, DetectedService> {
  const ordered = [...found].sort(
    (one, other) => startOrder.indexOf(one.kind) - startOrder.indexOf(other.kind),
  );
  const names = new Map<DetectedService, string>();
  const taken = new Set<string>();
  // A service that has the name of its kind already comes before the others.
  const preferred = [...ordered].sort((one, other) => Number(isStandard(other)) - Number(isStandard(one)));
  for (const service of preferred) {
    const standard = standardNames[service.kind];
    const own =
      service.name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^[^a-z]+|-+$/g, '') || service.kind;
    const name =
      [standard, own, `${own}-2`, `${own}-3`].find((each) => each !== undefined && !taken.has(each)) ?? own;
    taken.add(name);
    names.set(service, name);
  }
  const nameOf = (name: string) => {
    const service = found.find((each) => each.name === name);
    return service && names.get(service);
  };
  return new Map(
    ordered.map((service) => {
      const dependsOn = service.dependsOn?.flatMap((name) => nameOf(name) ?? []);
      const { dependsOn: _, ...rest } = service;
      return [
        names.get(service) as string,
        { ...rest, ...(dependsOn && dependsOn.length > 0 ? { dependsOn } : {}) },
      ];
    }),
  );
}

function isStandard({ kind, name }: DetectedService): boolean {
  return standardNames[kind] === name;
}
