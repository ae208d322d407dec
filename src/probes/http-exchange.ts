import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http, { type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { SharedResources } from '../base/shared-resources.ts';
import { type HttpRequest, type HttpResponse, ProbeError } from '../check/probes.ts';
import { agentsFor } from './http-agents.ts';
import { collectBody } from './http-body.ts';
import { type HttpCall, hostOf, isRepeatable, portOf } from './http-call.ts';
import { addressText, networkError } from './network-error.ts';

/** Reports that the server closed a kept connection before it read this request: not the service's fault. */
const staleConnection = new ProbeError('STALE', 'the kept connection was closed');

/** Reports that the server closed the connection before it had read a long body: its answer may be lost with it. */
class BodyRefused extends Error {}

/**
 * Sends a request once, and once more where a kept connection was closed before the server read it. Where the answer to a long
 * body was lost, because the server closed the connection before it had read it, the body is sent again after the server has
 * agreed to take it (RFC 9110, section 10.1.1).
 */
export async function exchangeHttp(call: HttpCall, shared: SharedResources): Promise<HttpResponse> {
  const { kept, single } = agentsFor(call.url.protocol, shared);
  try {
    return await exchange(call, isRepeatable(call) ? kept : single);
  } catch (error) {
    if (error === staleConnection) return exchange(call, single);
    if (!(error instanceof BodyRefused)) throw error;
    const asking = { ...call, headers: { ...call.headers, Expect: '100-continue' } };
    return exchange(asking, single).catch((again) => {
      throw again instanceof BodyRefused ? again.cause : again;
    });
  }
}

function exchange(call: HttpCall, agent: Agent): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let settled = false;
    let bytesBefore = 0;
    let isBodyRefused = false;
    let outgoing: ClientRequest | undefined;
    let unwatch = () => {};
    const settle = (error: unknown, response?: HttpResponse) => {
      if (settled) return;
      settled = true;
      unwatch();
      if (response) {
        // The connection of a body that was not sent to its end cannot be used again.
        if (!outgoing?.writableEnded) outgoing?.destroy();
        return resolve(response);
      }
      outgoing?.destroy();
      if (error === staleConnection) return reject(error);
      const cause = networkError(error, call.target, call.tried);
      return reject(isBodyRefused ? new BodyRefused(cause.message, { cause }) : cause);
    };
    unwatch = call.budget.watch((error) => settle(error));
    if (settled) return;
    try {
      outgoing = open(call, agent);
    } catch (error) {
      return settle(new ProbeError('INVALID_REQUEST', `${call.target}: ${(error as Error).message}`));
    }
    outgoing.once('socket', (socket) => {
      bytesBefore = socket.bytesRead;
      watchConnection(socket, call);
    });
    let isAnswered = false;
    outgoing.on('error', (error) => {
      const { code } = error as NodeJS.ErrnoException;
      const isClosed = code === 'ECONNRESET' || code === 'EPIPE';
      // The answer counts although the rest of the body was not accepted: `collectBody` reports one that is cut.
      if (isAnswered && isClosed) return;
      const stale = isClosed && outgoing?.reusedSocket && outgoing.socket?.bytesRead === bytesBefore;
      const isRefused = isClosed && isLong(call.request.body) && !outgoing?.writableEnded;
      if (isRefused) isBodyRefused = true;
      settle(stale ? staleConnection : error);
    });
    outgoing.once('response', (incoming) => {
      isAnswered = true;
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
    void sendBody(outgoing, call.request.body, () => settled || isAnswered);
  });
}

/** How long a server may take to agree to a body; many know no such question, and get the body after it. */
const continueMs = 1_000;
/** How long a service may take after that to refuse the body. */
const refusalMs = 250;
/** A body up to this size is sent at once. */
const pieceBytes = 64 * 1024;

function isLong(body: string | undefined): body is string {
  return body !== undefined && Buffer.byteLength(body) > pieceBytes;
}

/**
 * Sends the body; a long one in pieces, between which an answer is read: a server may answer before the end of a body that it
 * does not accept, and close the connection (RFC 9112, section 9.5).
 */
async function sendBody(
  outgoing: ClientRequest,
  body: string | undefined,
  isOver: () => boolean,
): Promise<void> {
  if (!isLong(body)) {
    outgoing.end(body);
    return;
  }
  if (outgoing.hasHeader('Expect')) {
    outgoing.flushHeaders();
    await firstOf(outgoing, ['continue', 'response', 'close'], continueMs);
    // Node.js agrees by itself, before the service has seen the request and may refuse it.
    if (!isOver()) await firstOf(outgoing, ['response', 'close'], refusalMs);
  }
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    if (isOver()) return;
    const piece = bytes.subarray(at, at + pieceBytes);
    await new Promise((resolve) => outgoing.write(piece, resolve));
    await setImmediate();
  }
  if (!isOver()) outgoing.end();
}

/** Resolves at the first of these events, at an error, or after `withinMs`. */
async function firstOf(outgoing: ClientRequest, names: readonly string[], withinMs: number): Promise<void> {
  const signal = AbortSignal.timeout(withinMs);
  await Promise.race(names.map((name) => once(outgoing, name, { signal }))).catch(() => undefined);
}

function open({ request, url, method, headers, lookup, budget }: HttpCall, agent: Agent): ClientRequest {
  return (url.protocol === 'https:' ? https : http).request({
    agent,
    method,
    headers,
    lookup,
    ...addressTimeout(budget.ms),
    ...(request.fromAddress && isLoopback(url.hostname)
      ? { localAddress: request.fromAddress, family: 4 }
      : {}),
    ...(request.tls ? tlsOptions(request.tls) : {}),
    hostname: hostOf(url),
    port: portOf(url),
    path: `${url.pathname}${url.search}`,
  });
}

/**
 * Returns how long each address of a name but the last may take to connect. Node.js gives up an address after 250 ms, which a
 * busy event loop takes by itself.
 */
function addressTimeout(budgetMs: number): object {
  return { autoSelectFamilyAttemptTimeout: Math.max(250, Math.min(2_000, Math.floor(budgetMs / 3))) };
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
