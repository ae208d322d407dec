import http, { type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { type HttpRequest, type HttpResponse, ProbeError } from '../check/probes.ts';
import { type Budget, budgetOf } from './budget.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';
import { collectBody } from './http-body.ts';
import { lookup } from './loopback.ts';
import { addressText, networkError } from './network-error.ts';

const defaultMaxBodyBytes = 1024 * 1024;
/** A connection is used again only for these: the server may have carried out any other before it closed the connection. */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * node:http rather than fetch: fetch refuses ports, hides the address that was dialled, follows proxies and puts
 * passwords into its messages.
 */
export function createHttpProbe(context: ProbeContext): ClosableProbe<'http'> {
  const { plain, secure, closing } = agentsOf(context);
  return {
    async request(request) {
      const url = parse(request.url);
      const method = (request.method ?? 'GET').toUpperCase();
      const kept = url.protocol === 'https:' ? secure : plain;
      const what = { target: `${method} ${url.protocol}//${url.host}${url.pathname}`, tried: [] as string[] };
      const budget = budgetOf(context, () => progress.text, request.timeoutMs);
      const progress = { text: `no connection to ${url.host}` };
      const send = (agent: Agent) => exchange({ request, url, method, agent, budget, progress, what });
      if (!repeatable.has(method)) return send(closing(url.protocol));
      try {
        return await send(kept);
      } catch (error) {
        if (error !== staleConnection) throw error;
        return send(closing(url.protocol));
      }
    },
  };
}

interface Agents {
  plain: Agent;
  secure: Agent;
  closing(protocol: string): Agent;
}

/** Connections are kept for the length of a run: a thousand checks of one service need a few. */
function agentsOf(context: ProbeContext): Agents {
  return context.shared.get(
    'http',
    () => {
      const keep = { keepAlive: true, scheduling: 'lifo' as const, maxFreeSockets: 64 };
      const once = { http: new http.Agent(), https: new https.Agent() };
      return {
        plain: new http.Agent(keep),
        secure: new https.Agent(keep),
        closing: (protocol) => (protocol === 'https:' ? once.https : once.http),
      };
    },
    ({ plain, secure }) => {
      plain.destroy();
      secure.destroy();
    },
  );
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new ProbeError('INVALID_URL', 'the address is not an absolute http or https URL');
}

/** A kept connection that the server closed before it read this request: not the service's fault. */
const staleConnection = new ProbeError('STALE', 'the kept connection was closed');

interface Exchange {
  request: HttpRequest;
  url: URL;
  method: string;
  agent: Agent;
  budget: Budget;
  /** What is awaited, for the message when time is up. */
  progress: { text: string };
  what: { target: string; tried: string[] };
}

function exchange(call: Exchange): Promise<HttpResponse> {
  const { request, method, url, budget, progress, what } = call;
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    let settled = false;
    let answered = false;
    let outgoing: ClientRequest | undefined;
    const settle = (error: unknown, response?: HttpResponse) => {
      if (settled) return;
      settled = true;
      unwatch();
      if (response) return resolve(response);
      outgoing?.destroy();
      reject(error === staleConnection ? error : networkError(error, what.target, what.tried));
    };
    const unwatch = budget.watch((error) => settle(error));
    if (settled) return;
    try {
      outgoing = open(call);
    } catch (error) {
      return settle(new ProbeError('INVALID_REQUEST', `${what.target}: ${(error as Error).message}`));
    }
    outgoing.once('socket', (socket) => watchConnection(socket, what.tried, progress, url));
    outgoing.on('error', (error) => {
      const { code } = error as NodeJS.ErrnoException;
      const stale = outgoing?.reusedSocket && !answered && (code === 'ECONNRESET' || code === 'EPIPE');
      settle(stale ? staleConnection : error);
    });
    outgoing.once('response', (incoming) => {
      answered = true;
      const address = addressText(incoming.socket.remoteAddress, incoming.socket.remotePort);
      progress.text = `the answer of ${what.target} (status ${incoming.statusCode}) did not end`;
      collectBody(incoming, method, request.maxBodyBytes ?? defaultMaxBodyBytes, (error, body) => {
        if (error) return settle(error);
        settle(undefined, {
          status: incoming.statusCode ?? 0,
          headers: joinedHeaders(incoming),
          rawHeaders: pairs(incoming.rawHeaders),
          body: body.toString('utf8'),
          bodyBytes: body.length,
          address,
          durationMs: performance.now() - startedAt,
        });
      });
    });
    outgoing.end(request.body);
  });
}

function open({ request, url, method, agent }: Exchange): ClientRequest {
  const headers: Record<string, string | number> = { ...request.headers };
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  if ((url.username || url.password) && !names.has('authorization')) {
    const userInfo = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.Authorization = `Basic ${Buffer.from(userInfo).toString('base64')}`;
  }
  if (!names.has('user-agent')) headers['User-Agent'] = 'meatymusic';
  if (!names.has('accept')) headers.Accept = '*/*';
  if (request.body !== undefined && !names.has('content-length')) {
    headers['Content-Length'] = Buffer.byteLength(request.body);
  }
  return (url.protocol === 'https:' ? https : http).request({
    agent,
    method,
    headers,
    lookup,
    ...(request.fromAddress && isLoopback(url.hostname)
      ? { localAddress: request.fromAddress, family: 4 }
      : {}),
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (url.protocol === 'https:' ? 443 : 80),
    path: `${url.pathname}${url.search}`,
  });
}

function watchConnection(socket: Socket, tried: string[], progress: { text: string }, url: URL): void {
  const connected = () => {
    progress.text = `no response from ${url.host} (${addressText(socket.remoteAddress, socket.remotePort)})`;
  };
  if (!socket.connecting) {
    connected();
    return;
  }
  socket.once('connect', connected);
  socket.on('connectionAttempt', (ip: string, port: number) => {
    tried.push(addressText(ip, port));
    progress.text = `no connection to ${url.host} (tried ${tried.join(', ')})`;
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
