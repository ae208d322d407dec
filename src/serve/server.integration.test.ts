/** The server over runs that the test ends, on a real socket. */
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { Fault } from '../base/errors.ts';
import type { RunResult } from '../check/result.ts';
import { chromiumMissing, chromiumPath } from '../testing/chromium.ts';
import { parseMetrics } from '../testing/parse-metrics.ts';
import { sampleResults } from '../testing/sample-results.ts';
import type { AccessRules } from './access.ts';
import { startKeeper } from './keeper.ts';
import { createVerdictServer } from './server.ts';

const [green, red] = [sampleResults['all-well'], sampleResults.trouble] as [RunResult, RunResult];

interface Served {
  port: number;
  url: string;
  /** Replaces what the runs end with, and lets one end. */
  verify(outcome: RunResult | Fault): Promise<void>;
  close(): Promise<void>;
}

const open: Served[] = [];
afterEach(async () => {
  for (const served of open.splice(0)) await served.close();
});

async function serve(first?: RunResult | Fault, rules: Partial<AccessRules> = {}): Promise<Served> {
  const stop = new AbortController();
  let next: RunResult | Fault | undefined = first;
  let runs: (() => void)[] = [];
  const run = async () => {
    if (next === undefined) await new Promise<void>((resolve) => runs.push(resolve));
    const outcome = next as RunResult | Fault;
    next = undefined;
    if (outcome instanceof Fault) throw outcome;
    return outcome;
  };
  // The pause between two runs fires at once; a run waits for the test.
  const clock = {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    after(_delayMs: number, callback: () => void) {
      const immediate = setImmediate(callback);
      return () => clearImmediate(immediate);
    },
  };
  const keeper = startKeeper({
    run: (signal) =>
      Promise.race([
        run(),
        new Promise<RunResult>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ]),
    everyMs: 30_000,
    onRequest: false,
    longestRunMs: 60_000,
    signal: stop.signal,
    clock,
  });
  const server = createVerdictServer({
    keeper,
    version: '1.2.3',
    redact: (text) => text.replaceAll('hunter2', '[redacted]'),
    hosts: [],
    ...rules,
  });
  const port = await server.listen(0, '127.0.0.1');
  if (first) await expect.poll(() => keeper.latest?.number).toBe(1);
  const served: Served = {
    port,
    url: `http://127.0.0.1:${port}`,
    async verify(outcome) {
      const { number = 0 } = keeper.latest ?? {};
      next = outcome;
      for (const each of runs) each();
      runs = [];
      await expect.poll(() => keeper.latest?.number).toBeGreaterThan(number);
    },
    async close() {
      stop.abort();
      await Promise.all([server.close(200), keeper.ended]);
    },
  };
  open.push(served);
  return served;
}

/** One request without the conveniences of `fetch`. */
async function call(port: number, options: http.RequestOptions & { body?: string } = {}) {
  const request = http.request({ host: '127.0.0.1', port, agent: false, ...options });
  request.end(options.body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

/** What is answered to bytes. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

describe('the served verdict', () => {
  it('is 503 with the reason until the first run ends', async () => {
    const { port } = await serve();
    const { status, text, headers } = await call(port, { path: '/healthz' });
    expect(status).toBe(503);
    expect(text).toContain('error[not-yet-verified]: the first run has not ended yet');
    expect(headers['retry-after']).toBe('5');
    expect(headers.age).toBeUndefined();
  });

  it('is 200 where all required checks passed, with its age; 503 where one failed', async () => {
    const { port, verify } = await serve(green);
    const good = await call(port, { path: '/healthz' });
    expect(good.status).toBe(200);
    expect(good.headers).toMatchObject({ age: expect.stringMatching(/^\d+$/), 'cache-control': 'no-store' });
    await verify(red);
    expect((await call(port, { path: '/healthz' })).status).toBe(503);
  });

  it('is 503 where nothing was examined', async () => {
    const { port } = await serve(sampleResults['all-skipped']);
    expect((await call(port, { path: '/healthz' })).status).toBe(503);
  });

  it('is the result document in JSON, and an error where the run has none', async () => {
    const { port, verify } = await serve(green);
    const accept = { headers: { accept: 'application/json' } };
    const good = await call(port, { path: '/healthz', ...accept });
    expect(JSON.parse(good.text)).toEqual(green);
    expect((await call(port, { path: '/result.json' })).text).toBe(good.text);
    await verify(new Fault({ code: 'no-stack', message: 'nothing runs', hint: 'meatymusic up' }));
    const bad = await call(port, { path: '/healthz', ...accept });
    expect(bad.status).toBe(503);
    expect(JSON.parse(bad.text).error).toMatchObject({ code: 'no-stack', hint: 'meatymusic up' });
    expect((await call(port, { path: '/result.json' })).status).toBe(503);
  });

  it('lists the media types where none is acceptable', async () => {
    const { port } = await serve(green);
    const { status, text } = await call(port, { path: '/healthz', headers: { accept: 'image/png' } });
    expect(status).toBe(406);
    expect(text).toContain('application/vnd.meatymusic-junit');
  });

  it('never shows a known secret', async () => {
    const { port } = await serve(new Fault({ code: 'internal', message: 'redis://:hunter2@h' }));
    const paths = ['/healthz', '/result.json', '/report', '/metrics'];
    const texts = await Promise.all(paths.map(async (path) => (await call(port, { path })).text));
    expect(texts.join('')).not.toContain('hunter2');
    expect(texts.join('')).toContain('[redacted]');
  });
});

describe('the metrics', () => {
  it('have each check with its state, duration and attempts, and are valid', async () => {
    const { port } = await serve(red);
    const { text, headers } = await call(port, { path: '/metrics' });
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const { samples, problems } = parseMetrics(text);
    expect(problems).toEqual([]);
    const of = (name: string) => samples.filter((sample) => sample.name === name);
    expect(of('meatymusic_check_state').map(({ labels }) => `${labels.id} ${labels.state}`)).toEqual(
      red.checks.map(({ id, status }) => `${id} ${status}`),
    );
    expect(of('meatymusic_check_attempts')).toHaveLength(
      red.checks.filter(({ attempts }) => attempts.length > 0).length,
    );
    expect(of('meatymusic_build_info')[0]?.labels).toEqual({ version: '1.2.3', node: process.versions.node });
    expect(of('meatymusic_up')[0]?.value).toBe(1);
  });

  it.each(Object.entries(sampleResults))('are valid for the result "%s"', async (_, result) => {
    const { port } = await serve(result);
    expect(parseMetrics((await call(port, { path: '/metrics' })).text).problems).toEqual([]);
  });

  it('have no check where the latest run has no result', async () => {
    const { port, verify } = await serve(green);
    await verify(new Fault({ code: 'no-stack', message: 'nothing runs' }));
    const { status, text } = await call(port, { path: '/metrics' });
    expect(status).toBe(200);
    const { samples } = parseMetrics(text);
    expect(samples.filter(({ name }) => name.startsWith('meatymusic_check'))).toEqual([]);
    expect(samples.find(({ name }) => name === 'meatymusic_up')?.value).toBe(0);
    expect(samples.find(({ name }) => name === 'meatymusic_run_fault')?.labels).toEqual({ code: 'no-stack' });
  });
});

describe('the access', () => {
  it.each([
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.evil.example:80', 403],
    ['a b', 403],
    ['localhost', 200],
    ['LOCALHOST:1', 200],
    ['127.0.0.1:9', 200],
    ['[::1]:9', 200],
    ['10.1.2.3', 200],
    ['meatymusic.monitoring', 200],
  ])('with the Host "%s" is answered with %i', async (host, status) => {
    const { port } = await serve(green, { hosts: ['meatymusic.monitoring'] });
    expect((await call(port, { path: '/healthz', headers: { host } })).status).toBe(status);
  });

  it('needs the token where there is one, on every path', async () => {
    const token = '0123456789abcdef';
    const { port } = await serve(green, { token });
    for (const path of ['/', '/healthz', '/metrics', '/events', '/report', '/result.json', '/none']) {
      const { status, headers } = await call(port, { path });
      expect([path, status]).toEqual([path, 401]);
      expect(headers['www-authenticate']).toMatch(/^Basic/);
    }
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const tries = {
      [`Bearer ${token}`]: 200,
      [`bearer  ${token}`]: 200,
      [basic(`x:${token}`)]: 200,
      [basic(token)]: 200,
      [`Bearer ${token}x`]: 401,
      'Bearer ': 401,
      [basic('x:')]: 401,
      [`Token ${token}`]: 401,
    };
    for (const [authorization, status] of Object.entries(tries)) {
      const answer = await call(port, { path: '/healthz', headers: { authorization } });
      expect([authorization, answer.status]).toEqual([authorization, status]);
    }
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'])('refuses %s', async (method) => {
    const { port } = await serve(green);
    const { status, headers } = await call(port, { path: '/healthz', method, body: 'x' });
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, HEAD');
  });

  it('answers HEAD with the headers of GET alone', async () => {
    const { port } = await serve(green);
    for (const path of ['/', '/healthz', '/metrics', '/report', '/result.json', '/events']) {
      const { status, text } = await call(port, { path, method: 'HEAD' });
      expect([path, status, text]).toEqual([path, 200, '']);
    }
  });

  it.each(['/nothing', '/__proto__', '/constructor', '//evil/healthz', '/healthz/', 'http://evil/healthz'])(
    'has no %s',
    async (path) => {
      const { port } = await serve(green);
      expect((await call(port, { path })).status).toBe(404);
    },
  );
});

describe('bad input', () => {
  it.each([
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
    ],
    ['several hosts', 'GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\nConnection: close\r\n\r\n', 400],
    ['an empty host', 'GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n', 403],
    ['no host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['no HTTP', '\x16\x03\x01\x02\x00\x01', 400],
  ])('of %s is refused', async (_, bytes, status) => {
    const { port } = await serve(green);
    expect(await raw(port, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await call(port, { path: '/healthz' })).status).toBe(200);
  });

  it('of readers that leave at once costs nothing', async () => {
    const { port } = await serve(green);
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const socket = net.connect(port, '127.0.0.1');
        await once(socket, 'connect');
        socket.write(`GET ${index % 2 ? '/report' : '/events'} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
        socket.resetAndDestroy();
      }),
    );
    expect((await call(port, { path: '/healthz' })).status).toBe(200);
  });

  it('refuses more than 100 streams, and has room again when they have left', async () => {
    const { port } = await serve(green);
    const requests = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const request = http.get({ host: '127.0.0.1', port, path: '/events', agent: false });
        request.on('error', () => {});
        const [response] = (await once(request, 'response')) as [http.IncomingMessage];
        expect(response.statusCode).toBe(200);
        return request;
      }),
    );
    expect((await call(port, { path: '/events' })).status).toBe(503);
    for (const request of requests) request.destroy();
    await expect
      .poll(async () => {
        const request = http.get({ host: '127.0.0.1', port, path: '/events', agent: false });
        request.on('error', () => {});
        const [response] = (await once(request, 'response')) as [http.IncomingMessage];
        request.destroy();
        return response.statusCode;
      })
      .toBe(200);
  });
});

describe('the end', () => {
  it('ends open streams and takes no more connections', async () => {
    const served = await serve(green);
    const request = http.get({ host: '127.0.0.1', port: served.port, path: '/events', agent: false });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    const [first] = await once(response.setEncoding('utf8'), 'data');
    expect(first).toContain('event: state');
    await Promise.all([once(response.resume(), 'end'), served.close()]);
    await expect(call(served.port, { path: '/healthz' })).rejects.toThrow('ECONNREFUSED');
    open.splice(0);
  });
});

describe.skipIf(chromiumMissing)(`the live page${chromiumMissing ? ` (${chromiumMissing})` : ''}`, () => {
  let browser: Browser | undefined;
  afterEach(() => browser?.close());

  it('shows the next report by itself, and keeps the search and what is open', async () => {
    const { url, verify, close } = await serve(red);
    browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
    const page = await browser.newPage();
    const incidents: string[] = [];
    page.on('console', (message) => incidents.push(message.text()));
    page.on('pageerror', (error) => incidents.push(error.message));
    await page.goto(url);
    await page.waitForSelector('body.fail iframe:not(.next)');
    await page.frameLocator('iframe').locator('#search').fill('health');
    await verify(green);
    await page.waitForSelector('body.pass iframe:not(.next)');
    const report = page.frameLocator('iframe:not(.next)');
    await report.locator('header.pass').waitFor();
    expect(await report.locator('#search').inputValue()).toBe('health');
    expect(await page.title()).toMatch(/^✔ /);
    expect(incidents).toEqual([]);
    open.splice(0);
    await close();
    await expect.poll(() => page.title(), { timeout: 20_000 }).toBe('✖ not connected');
  });
});
