/** The HTTP server over the latest outcome. It reads no body, changes nothing, and answers GET and HEAD alone. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { safeLine } from '../base/safe-text.ts';
import { type AccessRules, refusalOf } from './access.ts';
import { type Answers, createAnswers, isOk } from './answers.ts';
import type { Keeper, Outcome } from './keeper.ts';
import { serverMetrics } from './metrics.ts';
import { type Format, negotiate, offeredTypes } from './negotiate.ts';
import { livePage, livePolicy } from './page.ts';
import { createStreams } from './streams.ts';

export interface ServerOptions extends AccessRules {
  keeper: Keeper;
  version: string;
  redact(text: string): string;
}

export interface VerdictServer {
  /** Resolves to the port. Rejects with the error of `listen`. */
  listen(port: number, host: string): Promise<number>;
  /** Takes no more connections; answers in progress end, at most for `withinMs`. */
  close(withinMs: number): Promise<void>;
}

const plain = 'text/plain; charset=utf-8';
const json: Format = { reporter: 'json', contentType: 'application/json; charset=utf-8' };
const report: Format = { reporter: 'html', contentType: 'text/html; charset=utf-8' };
const metricsType = 'text/plain; version=0.0.4; charset=utf-8';
/** Beside the policy inside the report: nothing else may frame it. */
const reportPolicy = "frame-ancestors 'self'";
const common = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

export function createVerdictServer({ keeper, version, redact, ...rules }: ServerOptions): VerdictServer {
  const answers: Answers = createAnswers(redact);
  const streams = createStreams(keeper, redact);
  const routes: Readonly<Record<string, Route>> = {
    '/': (request, response) =>
      send(request, response, 200, report.contentType, livePage, { 'content-security-policy': livePolicy }),
    '/events'(request, response) {
      if (request.method === 'HEAD') return send(request, response, 200, 'text/event-stream', '');
      if (!streams.add(response)) {
        send(request, response, 503, plain, 'too many streams are open\n', { 'retry-after': '10' });
      }
    },
    async '/healthz'(request, response) {
      const format = negotiate(request.headers.accept);
      if (!format) return send(request, response, 406, plain, `${offeredTypes.join('\n')}\n`);
      const outcome = await keeper.current();
      await sendOutcome(request, response, outcome, format, isOk(outcome) ? 200 : 503);
    },
    async '/metrics'(request, response) {
      const outcome = await keeper.current();
      const own = Buffer.from(redact(serverMetrics(keeper, outcome, version)));
      send(request, response, 200, metricsType, Buffer.concat([await answers.metrics(outcome), own]));
    },
    async '/report'(request, response) {
      await sendOutcome(request, response, await keeper.current(), report, 200);
    },
    async '/result.json'(request, response) {
      const outcome = await keeper.current();
      await sendOutcome(request, response, outcome, json, outcome.fault ? 503 : 200);
    },
  };

  async function sendOutcome(
    request: IncomingMessage,
    response: ServerResponse,
    outcome: Outcome,
    format: Format,
    status: number,
  ): Promise<void> {
    const { body, contentType } = await answers.render(outcome, format);
    const headers: Record<string, string> = { vary: 'accept' };
    if (outcome.number > 0) {
      headers.age = String(Math.floor(keeper.ageMs(outcome) / 1000));
      headers['last-modified'] = new Date(outcome.endedAtMs).toUTCString();
    }
    if (status === 503) headers['retry-after'] = '5';
    if (format === report) headers['content-security-policy'] = reportPolicy;
    send(request, response, status, contentType, body, headers);
  }

  const onRequest: RequestListener = (request, response) => {
    // A reader that leaves is no failure of the server.
    response.on('error', () => {});
    const refusal = refusalOf(request, rules);
    if (refusal)
      return send(request, response, refusal.status, plain, `${refusal.message}\n`, refusal.headers);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return send(request, response, 405, plain, 'only GET and HEAD\n', { allow: 'GET, HEAD' });
    }
    const path = (request.url ?? '').split('?', 1)[0] as string;
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (!route) return send(request, response, 404, plain, `${Object.keys(routes).join('\n')}\n`);
    void (async () => route(request, response))().catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(request, response, 500, plain, `error[internal]: ${redact(safeLine(String(error)))}\n`);
    });
  };

  const server = createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 5000,
      requestTimeout: 5000,
      connectionsCheckingInterval: 1000,
    },
    onRequest,
  );
  server.keepAliveTimeout = 5000;
  server.maxConnections = 2000;
  // A reader that takes nothing for so long is dropped. Above the heartbeat of a stream.
  server.timeout = 30_000;

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          const address = server.address();
          resolve(typeof address === 'object' && address ? address.port : port);
        });
      }),
    close: (withinMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), withinMs);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        streams.close();
        server.closeIdleConnections();
      }),
  };
}

function send(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
  more: Record<string, string> = {},
): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, {
    ...common,
    'content-type': contentType,
    'content-length': bytes.length,
    // A body is not read: what follows on this connection would be taken for a request.
    ...(headers['content-length'] || headers['transfer-encoding'] ? { connection: 'close' } : {}),
    ...more,
  });
  response.end(method === 'HEAD' ? undefined : bytes);
}
