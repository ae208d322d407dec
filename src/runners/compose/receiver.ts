import { chmodSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { realPath } from '../../base/folder-identity.ts';
import { distFolder } from '../../base/package-root.ts';
import { replaceFileSync } from '../../base/write-file.ts';
import type { RuntimeContext } from '../context.ts';
import { emptySpans, readState, spansFile, spansFolder, stackFolder } from '../state.ts';
import type { Container } from './containers.ts';
import type { ComposeModel, ComposeService } from './model.ts';
import { rootLabel } from './owner.ts';
import { isRemote } from './ports.ts';

/** The receiver of spans, as the compose project and its network know it. */
export const receiverService = 'meatymusic-telemetry';

const ports = { http: 4318, grpc: 4317 };
/** Where a person reaches it on this machine; another port is chosen through these, as for any service. */
const published = { http: 'MEATYMUSIC_OTLP_HTTP_PORT', grpc: 'MEATYMUSIC_OTLP_GRPC_PORT' };
/** Where the container finds the program, and the folder for what it takes in. */
const within = { program: '/receiver.mjs', spans: '/spans' };

export interface Receiver {
  /** A further compose file: the receiver as a service, and the services that are pointed at it. */
  override: string;
  notices: string[];
}

/**
 * Whether the stack is to have a receiver: it was asked for in so many words, now or when it was started. Not because
 * of an `otlpEndpoint` on this machine: the collector that it means may be a service of the same file.
 */
export function wantsReceiver({ config, root }: RuntimeContext): boolean {
  return config.services.telemetry.receiver.enabled === true || readState(root).compose?.receiver === true;
}

/** Writes what compose needs to run the receiver beside the services of this model. `undefined`: it cannot be had. */
export function prepareReceiver(
  context: RuntimeContext,
  model: ComposeModel,
): Receiver | { notices: string[] } {
  const { config, env, root } = context;
  if (isRemote(env)) {
    const notice =
      'the engine is on another machine: it is given no receiver, and the services print their spans';
    return { notices: [notice] };
  }
  const { otlpEndpoint } = config.services.telemetry;
  const { override, unreached } = describe(context, model);
  const file = path.join(stackFolder(root), 'compose.telemetry.json');
  // JSON is YAML.
  writeWhenOther(file, `${JSON.stringify(override, undefined, 2)}\n`);
  writeWhenOther(programFile(root), readFileSync(path.join(distFolder, 'otlp-receiver.js'), 'utf8'));
  return {
    override: file,
    notices: [
      ...(otlpEndpoint ? [`spans are taken in here and not sent to ${otlpEndpoint}`] : []),
      ...unreached.map(
        ({ name, networkMode }) =>
          `${name} has network_mode ${networkMode}: it does not reach the receiver, and is left as it is`,
      ),
    ],
  };
}

/**
 * Before its container is made. The folder is open to every user, because which one of this machine the container's is
 * depends on the engine; it is reached only through a folder that is closed to others.
 */
export function prepareSpans(root: string): void {
  emptySpans(root, { willReceive: true });
  chmodSync(stackFolder(root), 0o700);
  chmodSync(spansFolder(root), 0o777);
}

/** Where the receiver is reached; within an internal network nothing is published, and its name is all there is. */
export function receiverUrl(containers: readonly Container[]): string | undefined {
  const found = containers.find(({ service, status }) => service === receiverService && status === 'running');
  if (!found) return undefined;
  const port = found.published.find(({ target }) => target === ports.http)?.hostPort;
  return port ? `http://127.0.0.1:${port}` : `http://${receiverService}:${ports.http}`;
}

function describe({ config, root }: RuntimeContext, model: ComposeModel) {
  const { httpPort, grpcPort } = config.services.telemetry.receiver;
  const exporting = model.services.filter(exportsSpans);
  const reached = exporting.filter(({ networkMode }) => networkMode === undefined);
  const networks = new Set(reached.flatMap((service) => service.networks));
  const receiver = {
    image: '${NODE_IMAGE:-node:24-slim}',
    user: 'node',
    // A dollar would be taken for a variable.
    labels: { [rootLabel]: realPath(root).replaceAll('$', '$$$$') },
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    entrypoint: ['node'],
    command: [
      within.program,
      path.posix.join(within.spans, path.basename(spansFile(root))),
      String(ports.http),
      String(ports.grpc),
      '0.0.0.0',
      receiverService,
    ],
    volumes: [
      { ...bind(programFile(root), within.program), read_only: true },
      bind(spansFolder(root), within.spans),
    ],
    ports: [
      `127.0.0.1:\${${published.http}:-${httpPort}}:${ports.http}`,
      `127.0.0.1:\${${published.grpc}:-${grpcPort}}:${ports.grpc}`,
    ],
    ...(networks.size > 0 && { networks: [...networks] }),
    healthcheck: {
      test: ['CMD', 'node', '--eval', askIt],
      interval: '1s',
      timeout: '5s',
      retries: 5,
      start_period: '30s',
    },
  };
  const pointed = reached.map(({ name, otel }) => [
    name,
    { environment: exporterTo(otel), depends_on: { [receiverService]: { condition: 'service_healthy' } } },
  ]);
  return {
    override: { services: { [receiverService]: receiver, ...Object.fromEntries(pointed) } },
    unreached: exporting.filter((service) => !reached.includes(service)),
  };
}

/** API and web, and what else of a team's file is set up to export; not a database, which would be made anew. */
function exportsSpans({ role, otel }: ComposeService): boolean {
  return role === 'api' || role === 'web' || (role === undefined && Object.keys(otel).length > 0);
}

/** An exporter keeps the protocol that it was built for; what overrides the endpoint for traces alone is set as well. */
function exporterTo(otel: Readonly<Record<string, string>>): Record<string, string> {
  const before = otel.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || otel.OTEL_EXPORTER_OTLP_ENDPOINT || '';
  const protocol =
    otel.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ||
    otel.OTEL_EXPORTER_OTLP_PROTOCOL ||
    (/:4317\/?$/.test(before) ? 'grpc' : 'http/protobuf');
  const endpoint = `http://${receiverService}:${protocol === 'grpc' ? ports.grpc : ports.http}`;
  return {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    ...(otel.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT && {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: protocol === 'grpc' ? endpoint : `${endpoint}/v1/traces`,
    }),
  };
}

/** An export of nothing: a receiver that says 200 takes spans in. */
const askIt = [
  `const { request } = require('node:http');`,
  `request('http://127.0.0.1:${ports.http}/v1/traces', { method: 'POST', timeout: 2000,`,
  `headers: { 'content-type': 'application/json' } },`,
  `({ statusCode }) => { console.log('HTTP', statusCode); process.exit(statusCode === 200 ? 0 : 1) })`,
  `.on('error', ({ message }) => { console.log(message); process.exit(1) }).end('{}')`,
].join(' ');

const programFile = (root: string) => path.join(stackFolder(root), 'otlp-receiver.mjs');

/** Of our own folder alone, so it may be labelled for containers where SELinux asks for it. */
function bind(source: string, target: string) {
  // A dollar would be taken for a variable.
  return {
    type: 'bind',
    source: source.replaceAll('$', '$$$$'),
    target,
    bind: { create_host_path: false, selinux: 'z' },
  };
}

function writeWhenOther(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  replaceFileSync(file, text, { mode: 0o644 });
}
