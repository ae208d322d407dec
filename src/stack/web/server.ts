import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { context } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { requestId } from '../common/correlation.ts';
import { closeRequestTrace, openRequestTrace, type RequestTrace } from '../common/request-trace.ts';
import type { BrowserConfig } from './browser-config.ts';
import { type Assets, dashboardPage, homePage, notFoundPage, type Page, renderPage } from './pages.ts';
import { passSpansOn } from './pass-spans-on.ts';
import type { WebSettings } from './settings.ts';

export interface StaticFiles {
  assets: Assets;
  /** Path → contents; read once, as there are three. */
  files: ReadonlyMap<string, { type: string; body: Buffer }>;
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
  route?: string;
}

const types: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The server of the pages. It knows the browser's side by its built files alone. */
export function createWebServer(settings: WebSettings, statics: StaticFiles, log: Logger): Server {
  const pages = new Map([homePage, dashboardPage].map((page) => [page.path, page]));
  const csp = contentSecurityPolicy(settings.apiUrl);

  const page = (wanted: Page, status: number, { traceparent }: RequestTrace): Answer => {
    const { appName, apiUrl, serviceName, telemetry } = settings;
    const config: BrowserConfig = {
      appName,
      apiUrl,
      serviceName,
      exportSpans: !!telemetry.otlpEndpoint,
      telemetryDisabled: telemetry.disabled,
      ...(traceparent && { traceparent }),
    };
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': csp,
      'cache-control': 'no-store',
    };
    return { status, headers, body: renderPage(wanted, config, statics.assets), route: wanted.path };
  };

  const answer = async (request: IncomingMessage, path: string, trace: RequestTrace): Promise<Answer> => {
    const file = statics.files.get(path);
    if (path === '/v1/traces' && settings.telemetry.otlpEndpoint) {
      return { ...(await passSpansOn(request, settings.telemetry.otlpEndpoint, log)), route: path };
    }
    const known = file ?? pages.get(path) ?? path === '/health';
    if (known && request.method !== 'GET' && request.method !== 'HEAD') {
      return {
        status: 405,
        headers: { allow: 'GET, HEAD', 'content-type': 'text/plain' },
        body: 'method not allowed\n',
      };
    }
    if (file) {
      const caching = path.startsWith('/assets/')
        ? 'public, max-age=31536000, immutable'
        : 'public, max-age=3600';
      return {
        status: 200,
        headers: { 'content-type': file.type, 'cache-control': caching },
        body: file.body,
      };
    }
    if (path === '/health') {
      const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
      return {
        status: 200,
        headers,
        body: JSON.stringify({ status: 'ok', service: settings.serviceName }),
        route: path,
      };
    }
    const wanted = pages.get(path);
    return wanted ? page(wanted, 200, trace) : page(notFoundPage, 404, trace);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const startedAt = performance.now();
    const method = request.method ?? 'GET';
    const url = request.url ?? '/';
    const path = url.split('?', 1)[0] as string;
    const { headers } = request;
    const trace = openRequestTrace({
      method,
      url,
      headers,
      clientAddress: request.socket.remoteAddress,
    });
    const id = requestId(headers['x-request-id']);
    let result: Answer;
    try {
      result = await context.with(trace.context, () => answer(request, path, trace));
    } catch (thrown) {
      context.with(trace.context, () =>
        log.error({ request_id: id, reason: String(thrown) }, 'request failed'),
      );
      result = { status: 500, headers: { 'content-type': 'text/plain' }, body: 'something went wrong\n' };
    }
    response.writeHead(result.status, {
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      'cross-origin-opener-policy': 'same-origin',
      'x-frame-options': 'DENY',
      ...(trace.traceparent && { traceparent: trace.traceparent }),
      'x-trace-id': trace.traceId,
      'x-request-id': id,
      'content-length': Buffer.byteLength(result.body),
      ...result.headers,
    });
    response.end(method === 'HEAD' ? undefined : result.body);
    const { status, route } = result;
    const duration_ms = Math.round((performance.now() - startedAt) * 100) / 100;
    context.with(trace.context, () =>
      log.info({ request_id: id, method, url: url.slice(0, 1024), status, duration_ms }, 'request completed'),
    );
    closeRequestTrace(trace, { method, route, status });
  };

  return createServer(
    { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 5_000 },
    (request, response) => void handle(request, response),
  );
}

/** Reads what the build left beside the server. */
export async function readStatics(folder: URL): Promise<StaticFiles> {
  const assets = JSON.parse(await readFile(new URL('assets.json', folder), 'utf8')) as Assets;
  const files = new Map<string, { type: string; body: Buffer }>();
  for (const name of [`assets/${assets.script}`, `assets/${assets.style}`, 'favicon.svg']) {
    const type = types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    files.set(`/${name}`, { type, body: await readFile(new URL(`public/${name}`, folder)) });
  }
  return { assets, files };
}

/** Own files, and the API to talk to: nothing else is loaded, run or sent to. */
function contentSecurityPolicy(apiUrl: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${new URL(apiUrl).origin}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
