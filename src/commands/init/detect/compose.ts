import path from 'node:path';
import { type ComposeEntry, conditionsOf, publishedPorts, readComposeFile } from './compose-file.ts';
import { baseImageOf, kindOfImage, servesFiles } from './images.ts';
import { kindOfPackage, manifestOf } from './node.ts';
import {
  type DetectedService,
  type Folder,
  healthPathIn,
  readFolder,
  readText,
  workerName,
} from './project.ts';
import { kindOfPython } from './python.ts';

const oneShot =
  /(?:^|[-_])(migrat\w*|init\w*|prestart|setup|seed\w*|bootstrap|provision|playwright|cypress|e2e|tests?|rspec\w*)(?:$|[-_])/i;
const workerCommand = /\b(?:celery\b.*\b(?:worker|beat)|sidekiq|rq worker|rqworker|queue:work|dramatiq)\b/;
/** Keeps a container open for the work of a person. */
const idleCommand = /^(?:sleep\b|tail -f)/;
const webName =
  /(?:^|[-_.])(web|webapp|frontend|front|client|ui|site|www|admin|dashboard|storefront|portal|vite|nginx|caddy)(?:$|[-_])/i;
const apiName = /(?:^|[-_.])(api|backend|back|server)(?:$|[-_])/i;
const appName = /(?:^|[-_.])app(?:$|[-_])/i;
const proxyName = /(?:^|[-_])(proxy|reverse|ingress|lb|load-?balancer|edge)(?:$|[-_])/i;

/** Facts about a service from the other services of the file. */
interface Context {
  root: Folder;
  /** Others wait for its end. */
  completes: ReadonlySet<string>;
  profiles: readonly string[];
  hasApi: boolean;
}

/** Returns the services of a compose file that `docker compose up` would keep running, and what was not read. */
export function servicesOfCompose(
  root: Folder,
  env?: Readonly<Record<string, string | undefined>>,
): { services: DetectedService[]; unread: string[] } {
  const file = readComposeFile(root, env);
  if (file === undefined) return { services: [], unread: [] };
  const entries = [...file.services];
  const completes = new Set(
    entries.flatMap(([, { depends_on }]) =>
      Object.entries(conditionsOf(depends_on))
        .filter(([, { condition }]) => condition === 'service_completed_successfully')
        .map(([name]) => name),
    ),
  );
  const { profiles } = file;
  const context = { root, completes, profiles, hasApi: entries.some(([name]) => apiName.test(name)) };
  const services = entries.flatMap(([name, entry]) => {
    const service = serviceOf(name, entry, context);
    return service ? [{ ...service, why: `${file.name}: ${service.why}` }] : [];
  });
  return { services, unread: file.unread };
}

/** True if compose starts the service without being asked for it: it has no profile, or an active one. */
function isActive({ profiles }: ComposeEntry, active: readonly string[]): boolean {
  if (!Array.isArray(profiles) || profiles.length === 0) return true;
  return active.includes('*') || profiles.some((each) => active.includes(String(each)));
}

function serviceOf(name: string, entry: ComposeEntry, context: Context): DetectedService | undefined {
  if (!isActive(entry, context.profiles)) return undefined;
  if (oneShot.test(name) || context.completes.has(name)) return undefined;
  const ports = publishedPorts(entry.ports);
  const port = ports.find((each) => each !== undefined);
  const dependsOn = Object.keys(conditionsOf(entry.depends_on));
  const build = buildOf(entry, context.root);
  const image = build ? build.image : typeof entry.image === 'string' ? entry.image : undefined;
  const common = {
    name,
    start: { compose: name },
    ...(port === undefined ? {} : { port }),
    ...(dependsOn.length > 0 ? { dependsOn } : {}),
    ...(build ? { source: build.source } : {}),
  };
  const origin = build ? `built from ${build.source}` : `image ${image}`;
  const command = Array.isArray(entry.command) ? entry.command.join(' ') : String(entry.command ?? '');
  const known = image ? kindOfImage(image) : undefined;
  if (known === 'postgres' || known === 'redis') return { ...common, kind: known, why: `image ${image}` };
  if (workerName.test(name) || workerCommand.test(command))
    return { ...common, kind: 'process', why: 'a worker, by its name or command' };
  if (idleCommand.test(command)) return { ...common, kind: 'process', why: `it runs "${command}"` };
  if (ports.length === 0) return { ...common, kind: 'process', why: 'it publishes no port' };
  if (known) return { ...common, kind: known, why: `image ${image}` };
  const fromSource = build && kindOfSource(build.folder);
  const kind = fromSource ?? kindByName([name, ...(build?.names ?? [])], image, context);
  const health = kind === 'api' ? (healthOf(entry) ?? (build && healthPathIn(build.folder))) : undefined;
  return { ...common, kind, why: origin, ...(health ? { healthPath: health } : {}) };
}

function kindByName(
  names: readonly string[],
  image: string | undefined,
  { hasApi }: Context,
): 'api' | 'web' | 'tcp' {
  const some = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (some(proxyName)) return 'tcp';
  if (some(webName) || (image && servesFiles(image))) return 'web';
  return hasApi && some(appName) && !some(apiName) ? 'web' : 'api';
}

interface Build {
  /** Relative to the project. */
  source: string;
  folder: Folder;
  /** The image that the Dockerfile starts from. */
  image?: string;
  /** Names that distinguish the images of one context: the target, and the ending of the Dockerfile. */
  names: string[];
}

/** The folder from which an image is built: that of the Dockerfile, if there is a package, else the context. */
function buildOf({ build }: ComposeEntry, root: Folder): Build | undefined {
  if (build === undefined || build === null) return undefined;
  const { context, dockerfile, target } = (typeof build === 'object' ? build : { context: build }) as {
    context?: unknown;
    dockerfile?: unknown;
    target?: unknown;
  };
  const isLocal = typeof context === 'string' && !/^(?:https?|git|ssh)[:@]/.test(context);
  const base = path.posix.join(isLocal ? context : '.', '.').replace(/(?<=.)\/$/, '');
  const file = typeof dockerfile === 'string' ? dockerfile : 'Dockerfile';
  const ofFile = path.posix.join(base, path.posix.dirname(file));
  const hasPackage = ofFile !== base && manifestOf(readFolder(root.path, ofFile)) !== undefined;
  const source = hasPackage ? ofFile : base;
  const image = baseImageOf(readText(readFolder(root.path, base), file) ?? '');
  const ending = /\.(\w+)$|^(\w+)\.Dockerfile$/i.exec(path.posix.basename(file))?.[1];
  return {
    source,
    folder: readFolder(root.path, source),
    ...(image ? { image } : {}),
    names: [target, ending].filter((each) => typeof each === 'string'),
  };
}

function kindOfSource(folder: Folder): 'api' | 'web' | undefined {
  const manifest = manifestOf(folder);
  const kind = (manifest && kindOfPackage(manifest)) ?? kindOfPython(folder);
  return kind === 'process' ? undefined : kind;
}

/** The path that the health check of the container asks for. */
function healthOf({ healthcheck }: ComposeEntry): string | undefined {
  const test = healthcheck?.test;
  const text = Array.isArray(test) ? test.join(' ') : String(test ?? '');
  return /(?:https?:\/\/|\b)(?:localhost|[\d.]+|[\w-]+)(?::\d+)(\/[\w/.-]*\w\/?)/.exec(text)?.[1];
}
