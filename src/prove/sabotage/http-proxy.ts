import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { request as requestTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pause } from '../../base/await-until.ts';
import type { HttpChange } from '../../check/sabotage.ts';

export interface SabotagingProxy {
  /** Address to use instead of the service's: `http://127.0.0.1:49152`. */
  url: string;
  close(): Promise<void>;
}

const idsInMalformed = /([0-9a-f]{32})0?-([0-9a-f]{16})/;

/** A real HTTP proxy in front of a service that changes what passes through it; what does not match passes as it is. */
export async function startSabotagingProxy(target: string, change: HttpChange): Promise<SabotagingProxy> {
  const closed = new AbortController();
  let unchanged = change.afterRequests ?? 0;
  let first: string | undefined;
  const ofRequest = ({ headers }: IncomingMessage): HttpChange => {
    const { repeatRequestHeader: name, repairTraceparent, setRequestHeaders } = change;
    if (name) {
      const value = headers[lower(name)];
      if (typeof value === 'string') first ??= value;
      return first ? { ...change, setRequestHeaders: { ...setRequestHeaders, [name]: first } } : change;
    }
    const ids = repairTraceparent && idsInMalformed.exec(String(headers.traceparent));
    if (!ids) return change;
    const traceparent = `00-${ids[1]}-${ids[2]}-01`;
    return { ...change, setRequestHeaders: { ...setRequestHeaders, traceparent } };
  };
  const server = createServer((incoming, outgoing) => {
    const matches =
      (incoming.url ?? '/').startsWith(change.path ?? '/') &&
      (change.method === undefined || incoming.method === change.method) &&
      (change.withRequestHeader === undefined || lower(change.withRequestHeader) in incoming.headers);
    const changes = matches && --unchanged < 0;
    forward(incoming, outgoing, target, changes ? ofRequest(incoming) : {}, closed.signal).catch(() =>
      outgoing.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        closed.abort(new Error('the proxy is closed'));
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
  change: HttpChange,
  closed: AbortSignal,
): Promise<void> {
  if (change.delayMs) await pause(change.delayMs, closed);
  if (change.reset) {
    incoming.socket.resetAndDestroy();
    return;
  }
  const answer = await ask(incoming, target, change);
  const status = change.status ?? answer.statusCode ?? 502;
  const changesBody = change.body !== undefined || change.replaceInBody !== undefined;
  const removed = [...(change.removeHeaders ?? []), ...Object.keys(change.setHeaders ?? {}), ...hopByHop].map(
    lower,
  );
  if (changesBody) removed.push('content-length', 'transfer-encoding');
  for (const [name, value] of pairsOf(answer.rawHeaders)) {
    if (!removed.includes(lower(name))) outgoing.appendHeader(name, value);
  }
  for (const [name, value] of Object.entries(change.setHeaders ?? {})) outgoing.setHeader(name, value);
  outgoing.statusCode = status;
  if (!incoming.readableEnded) await once(incoming.resume(), 'end');
  outgoing.sendDate = false;
  if (!changesBody) {
    answer.on('error', () => outgoing.destroy());
    answer.pipe(outgoing);
    return;
  }
  const original = (await whatArrives(answer)).toString('utf8');
  const [what, by] = change.replaceInBody ?? ['', ''];
  outgoing.end(change.body ?? original.replaceAll(what, by));
}

/** Sends the request on; the answer is not compressed where its body is to be changed. */
function ask(incoming: IncomingMessage, target: string, change: HttpChange): Promise<IncomingMessage> {
  const url = new URL(incoming.url ?? '/', target);
  const removed = [
    ...(change.removeRequestHeaders ?? []),
    ...Object.keys(change.setRequestHeaders ?? {}),
    'host',
    ...hopByHop,
  ].map(lower);
  if (change.replaceInBody) removed.push('accept-encoding');
  const headers = pairsOf(incoming.rawHeaders)
    .filter(([name]) => !removed.includes(lower(name)))
    .concat(Object.entries(change.setRequestHeaders ?? {}), [['Host', url.host]])
    .flat();
  const requestOn = url.protocol === 'https:' ? requestTls : request;
  return new Promise((resolve, reject) => {
    const options = { method: incoming.method, headers, agent: false as const, setHost: false };
    const outgoing = requestOn(url, options, resolve).on('error', reject);
    // A service may answer without reading the request (413). What it has not read when it closes costs its answer, so
    // a large body waits for a moment, and its rest is read here and not there.
    const send = () => incoming.on('error', reject).pipe(outgoing);
    const timer = isLarge(incoming) ? setTimeout(send, earlyAnswerMs) : undefined;
    outgoing.once('response', () => {
      clearTimeout(timer);
      incoming.unpipe(outgoing).resume();
    });
    if (timer) outgoing.flushHeaders();
    else send();
  });
}

/** A service that refuses a body may reset the connection behind its answer: what came before that counts. */
async function whatArrives(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of answer) chunks.push(chunk as Buffer);
  } catch (error) {
    if (chunks.length === 0) throw error;
  }
  return Buffer.concat(chunks);
}

/** Long enough for a service on a busy machine. */
const earlyAnswerMs = 1000;

function isLarge({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > 65_536;
}

const hopByHop = ['connection', 'keep-alive'];

function pairsOf(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index] as string, rawHeaders[index + 1] as string]);
  }
  return pairs;
}

function lower(text: string): string {
  return text.toLowerCase();
}
