import type { DetectedKind } from './project.ts';

/** Servers with a protocol or pages of their own, by their image: they accept connections, and nothing else is checked. */
const otherServers = [
  'mysql|mariadb|percona|mongo(?:db)?|mssql|oracle|db2|cockroach(?:db)?|cassandra|scylla|neo4j|couchdb|influxdb|clickhouse(?:-server)?',
  'rabbitmq|kafka|redpanda|zookeeper|nats|mosquitto|activemq|pulsar|elasticsearch|opensearch|kibana|meilisearch|typesense|solr',
  'minio|localstack|azurite|seaweedfs|memcached|etcd|consul|vault|temporal(?:io)?|keycloak|zitadel|hydra|kratos',
  'mailhog|mailpit|mailcatcher|mail(?:dev|slurper|trap)|smtp4dev|qdrant|weaviate|chroma|milvus|ollama|selenium|browserless',
  'jaeger(?:tracing)?|otel|opentelemetry-collector(?:-contrib)?|prometheus|grafana|loki|tempo|zipkin|promtail|cadvisor|seq',
  'pgbouncer|pgadmin4?|adminer|phpmyadmin|redis-?commander|redisinsight|mongo-express|traefik|haproxy|envoy|kong|squid',
].join('|');
const images: readonly [RegExp, DetectedKind][] = [
  [new RegExp(`(?:^|[/_-])(?:${otherServers})(?=$|[-:@/])`, 'i'), 'tcp'],
  [/(?:^|[/_-])(postgres(?:ql)?|postgis|pgvector|timescaledb(?:-ha)?)(?=$|[-:@])/i, 'postgres'],
  [/(?:^|[/_-])(redis(?:-stack(?:-server)?)?|valkey|keydb|dragonfly)(?=$|[-:@])/i, 'redis'],
];

/** Returns what an image is, if it is a server that many projects use. */
export function kindOfImage(image: string): DetectedKind | undefined {
  const repository = repositoryOf(image);
  return images.find(([pattern]) => pattern.test(repository))?.[1];
}

/** True for servers of files, which are a web app with pages and a proxy without. */
export function servesFiles(image: string): boolean {
  return /(?:^|\/)(?:nginx(?:-unprivileged)?|httpd|caddy|static-web-server)$/i.test(repositoryOf(image));
}

/** Without the tag and the host of a registry. */
function repositoryOf(image: string): string {
  return image.replace(/^[\w.-]+(?:\.[\w.-]+|:\d+)\//, '').replace(/(?::[^/]*)?(?:@.*)?$/, '');
}

/** Returns the image that the last stage of a Dockerfile starts from, through the names of stages. */
export function baseImageOf(dockerfile: string): string | undefined {
  const stages = [...dockerfile.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)];
  let image = stages.at(-1)?.[1];
  for (const [, from, name] of stages.reverse()) {
    if (name !== undefined && name === image) image = from;
  }
  return image;
}
