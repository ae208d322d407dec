import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { urlOf } from '../../base/endpoint.ts';
import { distFolder, packageRoot } from '../../base/package-root.ts';
import type { SpanData } from '../../check/probes.ts';
import type { ConfigInput } from '../../config/schema.ts';
import {
  type ComposeProject,
  dockerMissing,
  makeComposeProject,
  noServices,
  nothingLeft,
} from '../../testing/docker.ts';
import { encodeSpan } from '../../testing/encode-span.ts';
import { spansFile } from '../state.ts';
import { receiverService } from './receiver.ts';

const notBuilt = existsSync(path.join(distFolder, 'otlp-receiver.js'))
  ? undefined
  : 'needs the built receiver (npm run build)';
const missing = dockerMissing ?? notBuilt;

/** Sends one span to where its environment says, by the protocol that it says, and stays. */
const exporter = `
import http from 'node:http';
const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: protocol, SPAN } = process.env;
const body = Buffer.from(SPAN, 'base64');
console.log(endpoint, protocol);
if (protocol === 'grpc') {
  const { Client, credentials } = await import('@grpc/grpc-js');
  const client = new Client(endpoint.replace('http://', ''), credentials.createInsecure());
  const same = (bytes) => bytes;
  client.makeUnaryRequest('/opentelemetry.proto.collector.trace.v1.TraceService/Export', same, same, body,
    (error) => console.log('gRPC', error?.code ?? 0));
} else if (endpoint) {
  const headers = { 'content-type': 'application/x-protobuf' };
  const answer = await fetch(endpoint + '/v1/traces', { method: 'POST', headers, body });
  console.log('HTTP', answer.status);
}
http.createServer((_, response) => response.end('ok')).listen(8000);
process.on('SIGTERM', () => process.exit(0));
`;

const traceId = '5b8efff798038103d269b633813fc60c';
const span = async (service: string) =>
  Buffer.from(await encodeSpan({ traceId, name: `of ${service}`, service })).toString('base64');

/**
 * As another team would write it: networks of its own, a worker that speaks gRPC to a collector, a service without a
 * network, and one that exports nothing.
 */
async function theirs(...names: ('backend' | 'worker' | 'alone' | 'store')[]) {
  const common = `
    image: node:24-slim
    working_dir: /app
    command: [node, export.mjs]
    stop_grace_period: 1s
    volumes: ["./export.mjs:/app/export.mjs:ro", "${packageRoot}/node_modules:/app/node_modules:ro"]`;
  const idle = `
    image: redis:7-alpine
    stop_grace_period: 0s`;
  const services = {
    backend: `${common}
    ports: ["127.0.0.1::8000"]
    networks: [front]
    environment: { SPAN: "${await span('backend')}" }`,
    worker: `${common}
    networks: [back]
    environment: { SPAN: "${await span('worker')}", OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4317" }`,
    alone: `${idle}
    network_mode: none
    environment: { OTEL_SERVICE_NAME: alone }`,
    store: `${idle}
    networks: [back]`,
  };
  return `services:
${names.map((name) => `  ${name}:${services[name]}`).join('\n')}
networks: { front: {}, back: { internal: true } }
`;
}

const settings = (receiver: Record<string, unknown>): ConfigInput => ({
  services: { ...noServices, api: { enabled: true }, telemetry: { receiver } },
  compose: { services: { api: 'backend' } },
});
const wanted = settings({ enabled: true, httpPort: 0, grpcPort: 0 });

let project: ComposeProject;
afterEach(async () => {
  await project?.remove();
});

const spansOf = ({ folder }: ComposeProject): SpanData[] =>
  existsSync(spansFile(folder))
    ? readFileSync(spansFile(folder), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as SpanData)
    : [];

const spansFrom = (services: readonly string[]) =>
  awaitUntil(
    () => {
      const spans = spansOf(project);
      return services.every((name) => spans.some(({ service }) => service === name)) ? spans : undefined;
    },
    { what: `spans of ${services.join(', ')}`, withinMs: 20_000 },
  );

const idOf = async (service: string) => {
  const name = `${project.name}-${service}-1`;
  return (await project.docker('inspect', '--format', '{{.Id}}', name)).trim();
};

// Each starts a stack or several, which takes long on a busy machine.
const slow = { timeout: 180_000 };

describe.skipIf(missing)(
  `the receiver of spans as a container${missing ? ` (${missing})` : ''}`,
  slow,
  () => {
    it('takes in what services of any network send by HTTP and gRPC, with no right that it needs not, and goes with `down`', async () => {
      project = makeComposeProject(await theirs('backend', 'worker', 'alone'), {
        files: { 'export.mjs': exporter },
      });
      const endpoints = await project.up(wanted);
      expect(urlOf(endpoints.telemetry)).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      const spans = await spansFrom(['backend', 'worker']);
      expect(spans.map(({ name, service, traceId: id }) => [name, service, id])).toEqual(
        expect.arrayContaining([
          ['of backend', 'backend', traceId],
          ['of worker', 'worker', traceId],
        ]),
      );
      expect(await project.docker('logs', `${project.name}-worker-1`)).toContain('gRPC 0');
      expect(await project.docker('logs', `${project.name}-backend-1`)).toContain('HTTP 200');
      expect(project.events).toContainEqual({
        type: 'notice',
        message: expect.stringContaining('alone has network_mode none'),
      });
      const status = await project.runtime(wanted).status();
      expect(status.find(({ service }) => service === receiverService)).toMatchObject({
        role: 'telemetry',
        health: 'healthy',
      });
      expect((await project.runtime(wanted).endpoints())?.telemetry).toEqual(endpoints.telemetry);

      // It is given no more than it needs, and listens on no address of the host but 127.0.0.1.
      const name = `${project.name}-${receiverService}-1`;
      const [{ Config, HostConfig, NetworkSettings }] = JSON.parse(await project.docker('inspect', name));
      expect(Config.User).toBe('node');
      expect(HostConfig).toMatchObject({
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        Privileged: false,
      });
      const addresses = Object.values(NetworkSettings.Ports as Record<string, { HostIp: string }[]>).flat();
      expect(addresses.map(({ HostIp }) => HostIp)).toEqual(['127.0.0.1', '127.0.0.1']);
      // Of the stack's folder it sees its program and what it writes, and not the keys.
      const mounts = (await project.docker('exec', name, 'ls', '/spans')).trim().split('\n');
      expect(mounts.every((file) => file.startsWith('received.jsonl'))).toBe(true);
      const write = (file: string) =>
        project.cli.call(['exec', name, 'node', '--eval', `require('fs').writeFileSync('${file}', '')`]);
      expect((await write('/receiver.mjs')).stderr).toContain('EROFS');
      expect((await write('/tmp/x')).stderr).toContain('EROFS');

      expect(await project.down(wanted)).toContain(receiverService);
      expect(await project.things()).toEqual(nothingLeft);
    });

    it('is added to a stack that runs, and leaves alone what exports nothing; a plain `up` keeps it', async () => {
      project = makeComposeProject(await theirs('backend', 'worker', 'store'), {
        files: { 'export.mjs': exporter },
      });
      const without = settings({ httpPort: 0, grpcPort: 0 });
      expect((await project.up(without)).telemetry).toBeUndefined();
      const [store, backend] = [await idOf('store'), await idOf('backend')];
      expect((await project.up(wanted)).telemetry).toBeDefined();
      await spansFrom(['backend', 'worker']);
      expect(await idOf('store')).toBe(store);
      expect(await idOf('backend')).not.toBe(backend);
      const [receiver, pointed] = [await idOf(receiverService), await idOf('backend')];
      expect((await project.up(without)).telemetry).toBeDefined();
      expect([await idOf(receiverService), await idOf('backend')]).toEqual([receiver, pointed]);
      await project.down(without);
      expect((await project.up(without)).telemetry).toBeUndefined();
    });

    it('takes another port where its own is taken, which is configured by name', async () => {
      project = makeComposeProject(await theirs('backend'), { files: { 'export.mjs': exporter } });
      const { createServer } = await import('node:net');
      const holder = createServer();
      await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
      const { port } = holder.address() as { port: number };
      try {
        const endpoints = await project.up(settings({ enabled: true, httpPort: port, grpcPort: 0 }));
        expect(urlOf(endpoints.telemetry)).not.toBe(`http://127.0.0.1:${port}`);
        expect(project.events).toContainEqual({
          type: 'notice',
          message: expect.stringMatching(new RegExp(`port ${port} is taken by .*: ${receiverService} is at`)),
        });
        await spansFrom(['backend']);
        await expect(
          project.up(settings({ enabled: true, httpPort: port, grpcPort: 0 }), { ports: 'fixed' }),
        ).resolves.toBeDefined();
      } finally {
        holder.close();
      }
    });
  },
);
