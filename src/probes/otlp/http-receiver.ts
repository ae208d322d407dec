import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { messageOf } from '../../base/errors.ts';
import type { SpanData } from '../../check/probes.ts';
import { RefusedBody, readBody } from './body.ts';
import { decodeJson, decodeProtobuf, MalformedRequest } from './decode.ts';
import { createHostGuard } from './own-host.ts';

export interface HttpLimits {
  /** Of a body, before and after decompression. */
  maxBodyBytes: number;
  /** Beyond, the connection that has been open longest is dropped: the next exporter gets through. */
  maxConnections: number;
  /** For headers and body together. */
  requestTimeoutMs: number;
}

const tracePaths = new Set(['/', '/v1/traces']);
/** Taken and dropped: services that export everything to one endpoint shall not fail for it. */
const otherSignals = new Set(['/v1/logs', '/v1/metrics']);
const isThisMachine = createHostGuard('127.0.0.1');

export interface HttpReceiver {
  port: number;
  close(): Promise<void>;
}

/** OTLP over HTTP: protobuf and JSON, plain and compressed. */
export async function startHttpReceiver(options: {
  host: string;
  port: number;
  limits: HttpLimits;
  isOwnHost(host: string | undefined): boolean;
  onSpans(spans: SpanData[]): void;
}): Promise<HttpReceiver> {
  const { limits } = options;
  const server = createServer(
    {
      requestTimeout: limits.requestTimeoutMs,
      headersTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1000, limits.requestTimeoutMs),
      maxHeaderSize: 16 * 1024,
      keepAliveTimeout: 30_000,
    },
    (request, response) => {
      answer(request, response, options).catch((error) => {
        if (!response.headersSent) reply(request, response, statusOf(error), messageOf(error));
        else response.destroy();
      });
    },
  );
  limitConnections(server, limits.maxConnections);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { limits: { maxBodyBytes }, isOwnHost, onSpans }: Parameters<typeof startHttpReceiver>[0],
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0]!;
  const { host, origin } = request.headers;
  if (!isOwnHost(host)) throw new RefusedBody(403, 'this Host is not served here');
  if (origin !== undefined) {
    if (!isLocalOrigin(origin)) throw new RefusedBody(403, 'pages of this Origin may not export here');
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-allow-headers', 'content-type, content-encoding');
    response.setHeader('vary', 'origin');
  }
  if (!tracePaths.has(path) && !otherSignals.has(path))
    throw new RefusedBody(404, 'no such path: use /v1/traces');
  if (request.method === 'OPTIONS' && origin) {
    response.writeHead(204, { 'access-control-allow-methods': 'POST' }).end();
    return;
  }
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    throw new RefusedBody(405, 'use POST');
  }
  const type = mediaType(request);
  if (!type) throw new RefusedBody(415, 'use application/x-protobuf or application/json');
  const body = await readBody(request, maxBodyBytes);
  if (tracePaths.has(path)) onSpans(type === 'json' ? decodeJson(body) : await decodeProtobuf(body));
  if (type === 'json') response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  else response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
}

/** Pages of this machine may export; pages from elsewhere may not. */
function isLocalOrigin(origin: string): boolean {
  const [, host] = /^https?:\/\/(.+)$/.exec(origin) ?? [];
  return isThisMachine(host);
}

function mediaType(request: IncomingMessage): 'json' | 'protobuf' | undefined {
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  return type === 'application/x-protobuf' || type === 'application/protobuf' ? 'protobuf' : undefined;
}

function statusOf(error: unknown): number {
  if (error instanceof RefusedBody) return error.status;
  return error instanceof MalformedRequest ? 400 : 500;
}

/** The body is a `google.rpc.Status`, in the language of the request. */
function reply(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
  response.setHeader('connection', 'close');
  if (mediaType(request) === 'protobuf') {
    const text = Buffer.from(message.slice(0, 120), 'utf8');
    // Field 2 (message), length-delimited; 120 characters of this text are fewer than 128 bytes or are cut there.
    const cut = text.subarray(0, 127);
    response.writeHead(status, { 'content-type': 'application/x-protobuf' });
    response.end(Buffer.concat([Buffer.from([0x12, cut.length]), cut]));
  } else {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ message: message.slice(0, 200) }));
  }
}

function limitConnections(server: Server, max: number): void {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    if (open.size <= max) return;
    const oldest = open.values().next().value;
    oldest?.destroy();
    if (oldest) open.delete(oldest);
  });
}
