import path from 'node:path';
import { readYaml } from '../../../base/yaml.ts';
import { kindOfPackage, type Manifest } from './node.ts';
import {
  type DetectedKind,
  type DetectedService,
  type Folder,
  healthPathIn,
  readFolder,
  readText,
} from './project.ts';
import { kindOfPython } from './python.ts';

/** The names that compose itself looks for, in its order. */
export const composeFileNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/** The part of a service that says what it is. */
interface ComposeEntry {
  image?: unknown;
  build?: unknown;
  command?: unknown;
  ports?: unknown;
  profiles?: unknown;
  restart?: unknown;
  depends_on?: unknown;
  healthcheck?: { test?: unknown };
}

/** Servers with a protocol of their own, by their image: they accept connections, and nothing else is checked. */
const otherServers =
  /(?:^|[/_-])(mysql|mariadb|percona|mongo(?:db)?|rabbitmq|kafka|redpanda|zookeeper|elasticsearch|opensearch|meilisearch|typesense|minio|localstack|nats|memcached|clickhouse(?:-server)?|cassandra|neo4j|etcd|consul|vault|mailhog|mailpit|mailcatcher|maildev|smtp4dev|qdrant|weaviate|chroma|milvus|temporal|jaeger|otel|opentelemetry-collector(?:-contrib)?|prometheus|grafana|loki|tempo|zipkin|pgbouncer|pgadmin4?|adminer|redis-?commander|redisinsight|keycloak|traefik|caddy|haproxy|envoy)(?=$|[-:@/])/i;
const images: readonly [RegExp, DetectedKind][] = [
  [otherServers, 'tcp'],
  [/(?:^|[/_-])(postgres(?:ql)?|postgis|pgvector|timescaledb(?:-ha)?)(?=$|[-:@])/i, 'postgres'],
  [/(?:^|[/_-])(redis(?:-stack(?:-server)?)?|valkey|keydb|dragonfly)(?=$|[-:@])/i, 'redis'],
];

const oneShot = /(?:^|[-_])(migrat\w*|init\w*|setup|seed\w*|bootstrap|provision)(?:$|[-_])/i;
const worker =
  /(?:^|[-_])(workers?|queues?|celery|beat|sidekiq|scheduler|cron|jobs?|consumers?|horizon)(?:$|[-_])/i;
const webName = /(?:^|[-_])(web|frontend|front|client|ui|site|www|dashboard|nginx)(?:$|[-_])/i;

/** Returns the services of a compose file that `docker compose up` would keep running. */
export function servicesOfCompose(folder: Folder): DetectedService[] {
  const file = composeFileNames.find((name) => folder.files.has(name));
  const text = file === undefined ? undefined : readText(folder, file);
  if (file === undefined || text === undefined) return [];
  const { services } = (readYaml(text).value ?? {}) as { services?: Record<string, ComposeEntry | null> };
  return Object.entries(services ?? {}).flatMap(([name, entry]) => {
    const service = entry && serviceOf(name, entry, folder);
    return service ? [{ ...service, why: `${file}: ${service.why}` }] : [];
  });
}

function serviceOf(name: string, entry: ComposeEntry, root: Folder): DetectedService | undefined {
  if (Array.isArray(entry.profiles) && entry.profiles.length > 0) return undefined;
  if (oneShot.test(name) || entry.restart === 'no') return undefined;
  const image = typeof entry.image === 'string' ? interpolated(entry.image) : undefined;
  const ports = portsOf(entry.ports);
  const context = contextOf(entry.build);
  const known = image && images.find(([pattern]) => pattern.test(repositoryOf(image)));
  const common = {
    name,
    start: { compose: name },
    ...(ports[0] ? { port: ports[0] } : {}),
    ...dependenciesOf(entry.depends_on),
  };
  if (known) {
    if (known[1] === 'tcp' && ports.length === 0)
      return { ...common, kind: 'process', why: `image ${image}` };
    return { ...common, kind: known[1], why: `image ${image}` };
  }
  if (worker.test(name)) return { ...common, kind: 'process', why: 'a worker, by its name' };
  if (ports.length === 0) return { ...common, kind: 'process', why: 'it publishes no port' };
  const source = context === undefined ? undefined : readFolder(root.path, context);
  const kind = (source && kindOfSource(source)) ?? (webName.test(name) ? 'web' : 'api');
  const health = healthOf(entry) ?? (source && kind === 'api' ? healthPathIn(source) : undefined);
  const why = source ? `built from ${context}` : `image ${image}`;
  return { ...common, kind, why, ...(health && kind === 'api' ? { healthPath: health } : {}) };
}

function kindOfSource(folder: Folder): 'api' | 'web' | undefined {
  const manifest = readText(folder, 'package.json');
  const kind = manifest ? kindOfPackage(parsed(manifest)) : kindOfPython(folder);
  return kind === 'process' ? undefined : kind;
}

function parsed(text: string): Manifest {
  try {
    return JSON.parse(text) as Manifest;
  } catch {
    return {};
  }
}

/** `${NAME:-default}` as its default; what has none is left out. */
function interpolated(text: string): string {
  return text.replace(/\$\{\w+(?::?-([^}]*))?\}/g, '$1');
}

/** Without the tag and the host of a registry. */
function repositoryOf(image: string): string {
  return image.replace(/^[\w.-]+(?:\.[\w.-]+|:\d+)\//, '').replace(/(?::[^/]*)?(?:@.*)?$/, '');
}

function contextOf(build: unknown): string | undefined {
  const context = typeof build === 'string' ? build : (build as { context?: unknown } | undefined)?.context;
  if (build === undefined || build === null) return undefined;
  return typeof context === 'string' && !/^(?:https?|git)[:@]/.test(context)
    ? path.posix.normalize(context)
    : '.';
}

/** The published ports, those of the host. */
function portsOf(ports: unknown): number[] {
  if (!Array.isArray(ports)) return [];
  return ports.flatMap((port: unknown) => {
    if (typeof port === 'object' && port !== null) {
      const { published, target } = port as { published?: unknown; target?: unknown };
      return Number(published ?? target) || [];
    }
    const parts = interpolated(String(port))
      .replace(/\/\w+$/, '')
      .split(':');
    const host = parts.length > 1 ? parts.at(-2) : parts[0];
    return Number(host?.split('-')[0]) || [];
  });
}

function dependenciesOf(given: unknown): { dependsOn?: string[] } {
  const names = Array.isArray(given) ? given.map(String) : Object.keys((given ?? {}) as object);
  return names.length > 0 ? { dependsOn: names } : {};
}

/** The path that the health check of the container asks for. */
function healthOf({ healthcheck }: ComposeEntry): string | undefined {
  const test = healthcheck?.test;
  const text = Array.isArray(test) ? test.join(' ') : String(test ?? '');
  return /https?:\/\/[^/\s'"]+(\/[\w/-]+)/.exec(text)?.[1];
}
