import { chooseMigrations } from './choose-migrations.ts';
import { servicesOfCompose } from './compose.ts';
import { type PackageManager, packageManagerOf, servicesOfPackages } from './node.ts';
import { servicesOfProcfile } from './procfile.ts';
import {
  type DetectedKind,
  type DetectedMigrations,
  type DetectedService,
  type Folder,
  readFolder,
} from './project.ts';
import { servicesOfPython } from './python.ts';

export type { DetectedMigrations, DetectedService } from './project.ts';

/** What a folder says about its stack. */
export interface DetectedProject {
  /** By the name in the configuration, in the order in which they start. */
  services: Map<string, DetectedService>;
  /** Absent: none, or none that is certain. */
  migrations?: DetectedMigrations;
  /** Migration tools of which none is certain. */
  candidates: DetectedMigrations[];
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

/**
 * Reads compose files, packages, Python projects and a Procfile below `root`, with the variables of `env` for compose. It runs
 * and connects to nothing.
 */
export function detectProject(
  root: string,
  env?: Readonly<Record<string, string | undefined>>,
): DetectedProject {
  const folder = readFolder(root);
  const { services: composed, unread } = servicesOfCompose(folder, env);
  const found = [...composed, ...sourcesOf(folder).filter((service) => !isComposed(service, composed))];
  const { services, open: samePorts } = withOwnPorts(nameAll(found));
  const packageManager = packageManagerOf(folder);
  const { migrations, candidates } = chooseMigrations(folder, [...services.values()], packageManager);
  return {
    services,
    ...(migrations ? { migrations } : {}),
    candidates,
    ...(packageManager ? { packageManager } : {}),
    open: [...unread, ...samePorts],
  };
}

/** Services that commands start. A Procfile for development names them all; one for a server counts only where nothing else does. */
function sourcesOf(folder: Folder): DetectedService[] {
  if (folder.files.has('Procfile.dev')) return servicesOfProcfile(folder, 'Procfile.dev');
  const found = [...servicesOfPackages(folder), ...servicesOfPython(folder)];
  return found.length > 0 ? found : servicesOfProcfile(folder, 'Procfile');
}

/** True if a container does the same: it is built from that folder, or has its name or port. */
function isComposed({ name, port, source }: DetectedService, composed: readonly DetectedService[]): boolean {
  return composed.some(
    (other) =>
      (source !== undefined && other.source === source) ||
      other.name === name ||
      (port !== undefined && other.port === port),
  );
}

/** Gives each process a port of its own: two packages may have the same default. */
function withOwnPorts(services: Map<string, DetectedService>): Pick<DetectedProject, 'services' | 'open'> {
  const taken = new Map<number, string>();
  const open: string[] = [];
  for (const [name, { port, start }] of services) {
    if (port !== undefined && 'compose' in start) taken.set(port, name);
  }
  const result = [...services].map(([name, service]): [string, DetectedService] => {
    const { port, start } = service;
    if (port === undefined || 'compose' in start) return [name, service];
    let own = port;
    while (taken.has(own)) own += 1;
    if (own !== port) open.push(`${name} and ${taken.get(port)} both listen on ${port}; ${name} got ${own}`);
    taken.set(own, name);
    return [name, { ...service, port: own }];
  });
  return { services: new Map(result), open };
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
