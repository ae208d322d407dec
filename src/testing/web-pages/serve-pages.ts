import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer as createVite } from 'vite';
import { type PageCase, page } from './page-case.ts';

export interface ServedPages {
  web: string;
  api: string;
  pathOf(each: PageCase): string;
  close(): Promise<void>;
}

/** Serves the pages, an app of Vite's development server below `/vite/`, an API below `/api`, and an API on another origin. */
export async function servePages(cases: readonly PageCase[]): Promise<ServedPages> {
  const api = await listen((request, response) => {
    const cors = !request.url?.startsWith('/none/');
    const allowed = request.url?.startsWith('/header/') ? 'accept' : 'traceparent';
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': allowed };
    response.writeHead(200, { 'content-type': 'application/json', ...(cors ? headers : {}) }).end('{}');
  });
  const files = new Map<string, string>();
  const pathOf = (each: PageCase) =>
    typeof each.html === 'string' ? `/pages/${cases.indexOf(each)}/` : each.html.path;
  for (const each of cases) {
    if (typeof each.html !== 'string') continue;
    files.set(pathOf(each), each.html.replaceAll('API', api.url));
    for (const [name, text] of Object.entries(each.files ?? {}))
      files.set(`${pathOf(each)}${name}`, text.replaceAll('API', api.url));
  }
  let answerVite: RequestListener = (_request, response) => void response.writeHead(503).end();
  const web = await listen((request, response) => {
    const url = request.url ?? '/';
    const file = files.get(url);
    if (url.startsWith('/vite/')) answerVite(request, response);
    else if (file === undefined && !/^\/(api\/|apis$|data\.json)/.test(url)) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': typeOf(url) }).end(file ?? contentOf(url));
  });
  web.server.on('upgrade', (request, socket) => {
    socket.on('error', () => {});
    if (request.url !== '/socket') {
      if (!request.url?.startsWith('/vite/')) socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
      return;
    }
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
  });

  const root = mkdtempSync(path.join(tmpdir(), 'meatymusic-vite-'));
  writeFileSync(
    path.join(root, 'index.html'),
    page('<div id="app"></div><script type="module" src="/main.ts"></script>', { title: 'Vite App' }),
  );
  writeFileSync(
    path.join(root, 'main.ts'),
    `const routes: Record<string, string> = { '/vite/': '<h1>MeatyMusic</h1><p>12 songs</p>' };
    const shown: string = routes[location.pathname] ?? '<h1>Oops!</h1><p>404: Page not found</p>';
    document.querySelector('#app')!.innerHTML = shown;
    document.title = 'MeatyMusic';`,
  );
  const vite = await createVite({
    root,
    base: '/vite/',
    configFile: false,
    logLevel: 'silent',
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, hmr: { server: web.server }, fs: { strict: false } },
  });
  answerVite = vite.middlewares;
  return {
    web: web.url,
    api: api.url,
    pathOf,
    async close() {
      await vite.close();
      rmSync(root, { recursive: true, force: true });
      for (const { server } of [web, api]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}

async function listen(handler: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function typeOf(url: string): string {
  if (url.endsWith('.js')) return 'text/javascript';
  if (url.endsWith('.svg')) return 'image/svg+xml';
  if (url.endsWith('/events')) return 'text/event-stream';
  return /^\/(pages|api\/frame)/.test(url) ? 'text/html' : 'application/json';
}

function contentOf(url: string): string {
  if (url.endsWith('.js')) return '0';
  if (url.endsWith('.svg')) return '<svg xmlns="http://www.w3.org/2000/svg"/>';
  return url.endsWith('/events') ? 'data: 1\n\n' : '{}';
}
