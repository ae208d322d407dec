import { readFileSync } from 'node:fs';
import http, { type Agent, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SharedResources } from '../base/shared-resources.ts';
import { type HttpRequest, type HttpResponse, ProbeError } from '../check/probes.ts';
import { collectBody } from './http-body.ts';
import { type HttpCall, hostOf, isRepeatable, portOf } from './http-call.ts';
import { addressText, networkError } from './network-error.ts';

interface Agents {
  /** One connection for each request. */
  plain: Agent;
  secure: Agent;
  /** Keeps connections. */
  secureKept: Agent;
}

export function nodeAgents(shared: SharedResources): Agents {
  return shared.get(
    'http agents',
    () => ({
      plain: new http.Agent(),
      secure: new https.Agent(),
      secureKept: new https.Agent({ keepAlive: true, scheduling: 'lifo', maxFreeSockets: 64 }),
    }),
    ({ secureKept }) => secureKept.destroy(),
  );
}

/** A kept connection that the server closed before it read this request: not the service's fault. */
const staleConnection = new ProbeError('STALE', 'the kept connection was closed');

export async function exchangeByNode(call: HttpCall, agents: Agents): Promise<HttpResponse> {
  if (call.url.protocol === 'http:') return exchange(call, { agent: agents.plain });
  if (!isRepeatable(call)) return exchange(call, { agent: agents.secure });
  try {
    return await exchange(call, { agent: agents.secureKept });
  } catch (error) {
    if (error !== staleConnection) throw error;
    return exchange(call, { agent: agents.secure });
  }
}

/** Where the request was sent on the connection, and `answer` is what comes. */
export function exchangeOver(call: HttpCall, answer: Duplex): Promise<HttpResponse> {
  return exchange(call, { createConnection: () => answer });
}

function exchange(
  call: HttpCall,
  over: Pick<RequestOptions, 'agent' | 'createConnection'>,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let settled = false;
    let answered = false;
    let outgoing: ClientRequest | undefined;
    let unwatch = () => {};
    const settle = (error: unknown, response?: HttpResponse) => {
      if (settled) return;
      settled = true;
      unwatch();
      if (response) return resolve(response);
      outgoing?.destroy();
      reject(error === staleConnection ? error : networkError(error, call.target, call.tried));
    };
    unwatch = call.budget.watch((error) => settle(error));
    if (settled) return;
    try {
      outgoing = open(call, over);
    } catch (error) {
      return settle(new ProbeError('INVALID_REQUEST', `${call.target}: ${(error as Error).message}`));
    }
    outgoing.once('socket', (socket) => watchConnection(socket, call));
    outgoing.on('error', (error) => {
      const { code } = error as NodeJS.ErrnoException;
      const stale = outgoing?.reusedSocket && !answered && (code === 'ECONNRESET' || code === 'EPIPE');
      settle(stale ? staleConnection : error);
    });
    outgoing.once('response', (incoming) => {
      answered = true;
      const address = addressText(incoming.socket.remoteAddress, incoming.socket.remotePort);
      call.awaited = `the answer of ${call.target} (status ${incoming.statusCode}) did not end`;
      collectBody(incoming, call.method, call.maxBodyBytes, (error, body) => {
        if (error) return settle(error);
        settle(undefined, {
          status: incoming.statusCode ?? 0,
          headers: joinedHeaders(incoming),
          rawHeaders: pairs(incoming.rawHeaders),
          body: body.toString('utf8'),
          bodyBytes: body.length,
          address,
          durationMs: performance.now() - call.startedAt,
        });
      });
    });
    outgoing.end(call.request.body);
  });
}

function open({ request, url, method, headers, lookup }: HttpCall, over: RequestOptions): ClientRequest {
  return (url.protocol === 'https:' ? https : http).request({
    ...over,
    method,
    headers,
    lookup,
    ...(request.fromAddress && isLoopback(url.hostname)
      ? { localAddress: request.fromAddress, family: 4 }
      : {}),
    ...(request.tls ? tlsOptions(request.tls) : {}),
    hostname: hostOf(url),
    port: portOf(url),
    path: `${url.pathname}${url.search}`,
  });
}

function tlsOptions({ caFile, certFile, keyFile, allowUntrusted }: NonNullable<HttpRequest['tls']>) {
  return {
    ...(caFile ? { ca: readFileSync(caFile) } : {}),
    ...(certFile ? { cert: readFileSync(certFile) } : {}),
    ...(keyFile ? { key: readFileSync(keyFile) } : {}),
    ...(allowUntrusted ? { rejectUnauthorized: false } : {}),
  };
}

function watchConnection(socket: Socket, call: HttpCall): void {
  const { host } = call.url;
  const connected = () => {
    call.awaited = `no response from ${host} (${addressText(socket.remoteAddress, socket.remotePort)})`;
  };
  if (!socket.connecting) {
    connected();
    return;
  }
  socket.once('connect', connected);
  socket.on('connectionAttempt', (ip: string, port: number) => {
    call.tried.push(addressText(ip, port));
    call.awaited = `no connection to ${host} (tried ${call.tried.join(', ')})`;
  });
}

function joinedHeaders(incoming: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  const raw = incoming.rawHeaders;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!.toLowerCase();
    headers[name] = name in headers ? `${headers[name]}, ${raw[index + 1]}` : raw[index + 1]!;
  }
  return { ...headers };
}

function pairs(raw: string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let index = 0; index < raw.length; index += 2) list.push([raw[index]!, raw[index + 1]!]);
  return list;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.startsWith('127.');
}
