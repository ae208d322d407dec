/** The built stack, copied away from every node_modules: what a process of the embedded runtime and an image run. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'rolldown';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { awaitUntil } from '../base/await-until.ts';
import { chromiumMissing, chromiumPath } from '../testing/chromium.ts';
import { type Collector, type RunningProcess, runService, startCollector } from '../testing/run-service.ts';
import { programBundles } from '../tooling/bundles.mjs';

const nowhere = { DATABASE_URL: 'postgresql://no-user@127.0.0.1:1/none', REDIS_URL: 'redis://127.0.0.1:1' };

let folder: string;
const running: RunningProcess[] = [];

beforeAll(async () => {
  const out = await mkdtemp(path.join(tmpdir(), 'meatymusic-stack-'));
  folder = path.join(out, 'stack');
  await build(programBundles(out).filter(({ output }) => output.dir.startsWith(folder)));
});
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop('SIGKILL');
});
afterAll(async () => {
  if (folder) await rm(path.dirname(folder), { recursive: true, force: true });
});

const start = async (name: 'api' | 'web', env: Record<string, string> = {}) => {
  const file = path.join(folder, name, name === 'api' ? 'main.js' : 'server.js');
  const service = await runService(file, { ...nowhere, ...env });
  running.push(service);
  return service;
};

describe('the API', () => {
  test('starts without database and cache, says what it does, and ends within 2 s of SIGTERM', async () => {
    const api = await start('api');
    expect((await fetch(`${api.url}/health`)).status).toBe(200);
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(503);
    const messages = api.lines().map(({ message }) => message);
    expect(messages).toContain('OpenTelemetry initialized');
    expect(messages).toContain('API started');
    // After 1.8 s it would end with 1.
    expect((await api.stop()).code).toBe(0);
    expect(api.lines().at(-1)).toMatchObject({ message: 'stopped' });
  });

  test('writes nothing but JSON lines and spans, as the SDK prints them', async () => {
    const api = await start('api');
    await fetch(`${api.url}/`, {
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    });
    await awaitUntil(() => api.output().includes("name: 'GET /',") || undefined, {
      what: 'the printed span',
      withinMs: 5_000,
    });
    const rest = api.output().replace(/^\{\n[\s\S]*?^\}\n/gm, '');
    for (const line of rest.trim().split('\n')) expect(() => JSON.parse(line), line).not.toThrow();
    expect(api.output()).toContain("traceId: '0af7651916cd43dd8448eb211c80319c'");
  });

  test('sends spans by OTLP where an endpoint is set, the last ones while it stops', async () => {
    const collector = await startCollector();
    try {
      const api = await start('api', {
        OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
        OTEL_BSP_SCHEDULE_DELAY: '60000',
      });
      await fetch(`${api.url}/`, {
        headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
      });
      await awaitUntil(() => api.lines().find(({ message }) => message === 'request completed'), {
        what: 'the request line',
        withinMs: 5_000,
      });
      expect(collector.received).toEqual([]);
      await api.stop();
      expect(collector.received).toMatchObject([{ path: '/v1/traces', type: 'application/x-protobuf' }]);
      expect(
        collector.received[0]?.body.includes(Buffer.from('0af7651916cd43dd8448eb211c80319c', 'hex')),
      ).toBe(true);
      expect(api.output()).not.toContain("traceId: '");
    } finally {
      await collector.close();
    }
  });

  test('a collector that is away holds up neither requests nor the end', async () => {
    const api = await start('api', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    expect((await fetch(`${api.url}/`)).status).toBe(200);
    expect((await api.stop()).code).toBe(0);
  });

  test('a request that is under way when SIGTERM comes is answered; one that never ends is not waited for', async () => {
    const api = await start('api');
    const { port } = new URL(api.url);
    const begin = async () => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.setEncoding('utf8').on('error', () => {});
      let answer = '';
      socket.on('data', (text) => (answer += text));
      const ended = new Promise((resolve) => socket.once('close', resolve));
      const head =
        'POST /api/v1/compose HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n';
      await new Promise<void>((resolve) => socket.write(`${head}{"seed":`, () => resolve()));
      return { socket, ended, answer: () => answer };
    };
    const [finishes, hangs] = await Promise.all([begin(), begin()]);
    // Another request on the way behind them: once it is answered, these have arrived.
    await fetch(`${api.url}/health`);
    const stopped = api.stop();
    await awaitUntil(() => api.lines().find(({ message }) => message === 'stopping'), {
      what: 'the stop to begin',
      withinMs: 5_000,
    });
    finishes.socket.write('"a"}');
    await finishes.ended;
    expect(finishes.answer()).toMatch(/^HTTP\/1\.1 200 OK/);
    expect((await stopped).code).toBe(0);
    await hangs.ended;
    expect(hangs.answer()).toBe('');
  });

  test('OTEL_SDK_DISABLED leaves no trace, and errors still name something', async () => {
    const api = await start('api', { OTEL_SDK_DISABLED: 'true' });
    const response = await fetch(`${api.url}/nothing`);
    expect(response.headers.get('traceparent')).toBeNull();
    expect(response.headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
    expect(api.output()).not.toContain('OpenTelemetry');
  });

  test('LOG_FORMAT=text is for reading', async () => {
    const api = await start('api', { LOG_FORMAT: 'text' });
    await fetch(`${api.url}/`);
    await awaitUntil(() => /INFO {2}request completed .*GET \/ .*200/.exec(api.output()) ?? undefined, {
      what: 'the text line',
      withinMs: 5_000,
    });
    expect(api.lines()).toEqual([]);
  });

  test.each([
    [{ PORT: 'many' }, /PORT must be a whole number/],
    [{ DATABASE_URL: 'mysql://x', LOG_LEVEL: 'loud' }, /LOG_LEVEL must be.*DATABASE_URL must be/],
    [{ AUTH_JWKS: '{broken' }, /could not start/],
  ])('refuses %o with one line and exit code 1', async (env, expected) => {
    const failed = await start('api', env).catch((error: Error) => error.message);
    expect(failed).toMatch(/ended with 1/);
    expect(failed).toMatch(expected);
  });

  test('a taken port is one line and exit code 1', async () => {
    const first = await start('api');
    const failed = await start('api', { PORT: new URL(first.url).port }).catch(
      (error: Error) => error.message,
    );
    expect(failed).toMatch(/ended with 1.*"code":"EADDRINUSE"/s);
  });
});

describe('the web app', () => {
  test.each([
    ['/', 200, 'From a seed to a song'],
    ['/dashboard', 200, 'id="compose"'],
    ['/nothing', 404, 'There is nothing here'],
    ['/assets/../server.js', 404, ''],
    ['/assets/%2e%2e/server.js', 404, ''],
    ['/package.json', 404, ''],
  ])('%s answers %i', async (at, status, text) => {
    const web = await start('web', { NEXT_PUBLIC_APP_NAME: 'Tune <&> "Co"' });
    const response = await fetch(`${web.url}${at}`);
    const html = await response.text();
    expect(response.status).toBe(status);
    expect(html).toContain(text);
    expect(html).toContain('Tune &lt;&amp;&gt; "Co"</title>');
    expect(response.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('assets carry their hash and may be kept for ever', async () => {
    const web = await start('web');
    for (const name of await readdir(path.join(folder, 'web/public/assets'))) {
      const response = await fetch(`${web.url}/assets/${name}`);
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(await response.text()).toBe(
        await readFile(path.join(folder, 'web/public/assets', name), 'utf8'),
      );
    }
    expect((await fetch(`${web.url}/`, { method: 'POST' })).status).toBe(405);
    const head = await fetch(`${web.url}/`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('passes spans of its own pages on, and nothing else', async () => {
    const collector = await startCollector();
    try {
      const web = await start('web', { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
      const post = (headers: Record<string, string>, body: string | Buffer = 'spans') =>
        fetch(`${web.url}/v1/traces`, { method: 'POST', headers, body }).then(({ status }) => status);
      const type = { 'content-type': 'application/x-protobuf' };
      expect(await post(type)).toBe(202);
      await awaitUntil(() => collector.received.find(({ body }) => body.toString() === 'spans'), {
        what: 'the spans',
        withinMs: 5_000,
      });
      expect(await post({ 'content-type': 'text/plain' })).toBe(415);
      for (const origin of ['http://evil.test', 'null', 'a b']) {
        expect(await post({ ...type, origin }), origin).toBe(403);
      }
      expect(await post({ ...type, origin: web.url })).toBe(202);
      expect(await post(type, Buffer.alloc(600_000))).toBe(413);
      expect((await fetch(`${web.url}/v1/traces`)).status).toBe(405);
    } finally {
      await collector.close();
    }
  });

  test('ends within 2 s of SIGTERM, connections open', async () => {
    const web = await start('web');
    await fetch(`${web.url}/`);
    expect((await web.stop()).code).toBe(0);
  });

  test('has no address of the API that is none', async () => {
    const failed = await start('web', { NEXT_PUBLIC_API_URL: 'localhost' }).catch(
      (error: Error) => error.message,
    );
    expect(failed).toMatch(/NEXT_PUBLIC_API_URL must be a URL/);
  });
});

describe.skipIf(chromiumMissing)(`in a browser ${chromiumMissing ?? ''}`, () => {
  test('the dashboard, its web server and the API are one trace', async () => {
    const collector: Collector = await startCollector();
    const { chromium } = await import('playwright-core');
    const browser = await chromium.launch({
      executablePath: chromiumPath as string,
      chromiumSandbox: process.getuid?.() !== 0,
    });
    try {
      const otlp = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
      // The port of the web app is part of what the API allows, so it has to be known first.
      const probe = await start('web');
      const { port } = new URL(probe.url);
      await probe.stop();
      const api = await start('api', { ...otlp, CORS_ORIGINS: `http://127.0.0.1:${port}` });
      const web = await start('web', { ...otlp, PORT: port, NEXT_PUBLIC_API_URL: api.url });
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      const console: string[] = [];
      page.on('console', (message) => console.push(message.text()));
      const response = await page.goto(`${web.url}/dashboard`);
      // Not waitForFunction with a text: the page's own policy forbids to evaluate it.
      await page.locator('#trace dd.good').first().waitFor();
      const traceId = response?.headers()['x-trace-id'] ?? '';
      expect(await page.textContent('#trace')).toContain(traceId);
      expect(await page.textContent('#trace')).toContain('yes, end to end');
      expect(await page.textContent('#song h2')).not.toBe('');
      expect(console).toContain('OpenTelemetry initialized: meatymusic-web, spans to the collector');
      expect(errors).toEqual([]);
      expect(api.lines().filter(({ trace_id }) => trace_id === traceId).length).toBeGreaterThan(0);
      const id = Buffer.from(traceId, 'hex');
      await awaitUntil(
        () => {
          const bodies = collector.received.map(({ body }) => body).filter((body) => body.includes(id));
          const fromBrowser = bodies.some(
            (body) => body.includes('meatymusic-web') && body.includes('Chrome'),
          );
          const fromApi = bodies.some((body) => body.includes('meatymusic-api'));
          return (fromBrowser && fromApi) || undefined;
        },
        { what: 'spans of browser and API in one trace', withinMs: 10_000 },
      );
      await page.fill('#seed', 'another');
      await page.click('button[type=submit]');
      await page.locator('#trace').filter({ hasNotText: traceId }).waitFor();
      expect(await page.textContent('#trace'), 'a click is a trace of its own').toContain('yes, end to end');
    } finally {
      await browser.close();
      await collector.close();
    }
  });
});
