import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSharedResources } from '../base/shared-resources.ts';
import type { BrowserVisit, ProbeError } from '../check/probes.ts';
import { chromiumMissing } from '../testing/chromium.ts';
import { testProbeContext } from '../testing/probe-context.ts';
import type { SharedVisits } from './browser/shared-visits.ts';
import { createBrowserProbe } from './browser.ts';

let onSilent = () => {};
/** Resolves when a page has asked for what never comes. */
const silentAsked = () =>
  new Promise<void>((resolve) => {
    onSilent = resolve;
  });

const pages: Record<string, RequestListener> = {
  '/good': (_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>Good</title><body><p id=p>first</p><script>
      console.info('hello from the page');
      fetch('/data', { headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', authorization: 'Bearer abc' } })
        .then((r) => r.text()).then((t) => { document.getElementById('p').textContent = t; });
    </script>`);
  },
  '/data': (_request, response) => setTimeout(() => response.end('late text'), 100),
  '/throws': html(`<script>setTimeout(() => { throw new Error('deliberate') }); fetch('/nowhere')</script>`),
  '/dialog': html(`<body><script>alert('stop'); document.body.textContent = 'after the dialog'</script>`),
  '/writes': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<body>here<iframe src=/frame-writes></iframe><script>
      const written = fetch('/written', { method: 'POST', body: 'x' }).catch(() => {});
      fetch('/written', { method: 'PUT', keepalive: true }).catch(() => {});
      navigator.sendBeacon('/beacon', 'x');
      new WebSocket(location.origin.replace('http', 'ws') + '/socket');
      const worker = new Worker('/worker.js');
      const { port } = new SharedWorker('/worker.js');
      const answers = [worker, port].map((each) => new Promise((resolve) => { each.onmessage = resolve; }));
      Promise.all([written, ...answers]).then(() => console.info('tried'));
    </script>`);
  },
  '/frame-writes': html(`<script>fetch('/written', { method: 'DELETE' }).catch(() => {})</script>`),
  '/worker.js': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/javascript' });
    response.end(`fetch('/written', { method: 'POST' }).catch(() => {});
      const socket = new WebSocket(location.origin.replace('http', 'ws') + '/' + self.constructor.name);
      const closed = new Promise((resolve) => { socket.onclose = resolve; });
      if (self.postMessage) closed.then(() => postMessage('closed'));
      self.onconnect = ({ ports: [port] }) => closed.then(() => port.postMessage('closed'));`);
  },
  '/parts': (request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<body><iframe src="http://localhost:${request.socket.localPort}/other-site"></iframe>
      <script>fetch('/moved')</script>`);
  },
  '/other-site': html(`<script>console.info('other site'); new Worker('/asks.js')</script>`),
  '/asks.js': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/javascript' });
    response.end(`console.info('worker'); fetch('/asked').then(() => { throw new Error('worker failed') })`);
  },
  '/moved': (_request, response) => {
    response.writeHead(307, { location: '/data' }).end();
  },
  '/replaced': html(`<script>location.href = '/good'</script>`),
  '/popup': html(`<body>here<script>window.open('/good')</script>`),
  '/busy': html('<body>busy<script>for (;;);</script>'),
  '/console-flood': html(
    `<script>for (let i = 0; i < 2000; i++) console.log('x'.repeat(9000) + i)</script>done`,
  ),
  '/download': (_request, response) => {
    response.writeHead(200, {
      'content-disposition': 'attachment; filename=x.zip',
      'content-type': 'application/zip',
    });
    response.end('PK');
  },
  '/silent': () => onSilent(),
  '/half': html(`<script>console.log('half way')</script><img src=/silent>`),
  '/slow-image': html('<img src=/silent>'),
  '/endless': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    const chunk = 'x'.repeat(500_000);
    response.write('<!--');
    const write = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', write);
    };
    write();
  },
  '/redirect-to-file': (_request, response) => {
    response.writeHead(302, { location: 'file:///etc/passwd' }).end();
  },
  '/loop': (_request, response) => {
    response.writeHead(302, { location: '/loop' }).end();
  },
};

function html(body: string): RequestListener {
  return (_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<!doctype html><title>t</title>${body}`);
  };
}

describe.skipIf(chromiumMissing)(`the browser probe ${chromiumMissing ?? ''}`, () => {
  let server: Server;
  let origin: string;
  const shared = createSharedResources();
  const contexts: { close(): Promise<void> }[] = [];
  const asked: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const page = pages[request.url ?? ''];
      if (page) page(request, response);
      else response.writeHead(404).end('nothing');
    });
    server.on('upgrade', (request, socket) => {
      asked.push(`UPGRADE ${request.url}`);
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // The start of the browser is in no test's time.
    await visit('/good');
    asked.length = 0;
  });
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  afterAll(async () => {
    await shared.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  type Visit = Parameters<ReturnType<typeof createBrowserProbe>['visit']>[0];
  const visit = (path: string, more: Partial<Visit> = {}, timeoutMs = 20_000): Promise<BrowserVisit> => {
    const context = testProbeContext({ shared, timeoutMs });
    contexts.push(context);
    return createBrowserProbe(context).visit({ url: `${origin}${path}`, ...more });
  };
  const failure = async (path: string, timeoutMs = 20_000) =>
    visit(path, {}, timeoutMs).then(
      () => expect.unreachable(`${path} should not pass`),
      (error: { name: string; code: string }) => `${error.name} ${error.code}`,
    );

  it('lets a page send nothing that could write in a read-only run, and names what it blocked', async () => {
    asked.length = 0;
    const hindered: string[] = [];
    const context = testProbeContext({
      shared,
      timeoutMs: 20_000,
      readOnly: true,
      hinder: (what) => hindered.push(what),
    });
    contexts.push(context);
    const url = `${origin}/writes`;
    const seen = await createBrowserProbe(context).visit({ url, untilConsole: 'tried' });
    await visit('/good', { untilText: 'late text' });
    expect(asked.filter((line) => !/^(GET|HEAD|OPTIONS) /.test(line))).toEqual([]);
    expect(asked).toContain('GET /worker.js');
    const blocked = seen.requests.filter((request) => request.blocked);
    expect(blocked.map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual(
      expect.arrayContaining([
        'POST /written',
        'PUT /written',
        'POST /beacon',
        'GET /socket',
        'GET /DedicatedWorkerGlobalScope',
        'GET /SharedWorkerGlobalScope',
      ]),
    );
    expect(blocked[0]?.failure).toBe('blocked: the run is read-only');
    expect(hindered).toEqual([expect.stringContaining(origin)]);
  });

  it('lets a page send what it likes in any other run', async () => {
    asked.length = 0;
    const seen = await visit('/writes', { untilConsole: 'tried' });
    expect(asked).toEqual(expect.arrayContaining(['POST /written', 'POST /beacon', 'UPGRADE /socket']));
    expect(seen.requests.some((request) => request.blocked)).toBe(false);
  });

  it('says which browser it is', async () => {
    const context = testProbeContext({ shared });
    contexts.push(context);
    expect(await createBrowserProbe(context).available()).toMatchObject({ available: true });
  });

  it('is one visit for all checks of a run, and another one for what is tried again or was changed', async () => {
    const visits: SharedVisits = new Map();
    const look = (attempt: number) => {
      const context = testProbeContext({ shared, attempt, visits });
      contexts.push(context);
      return createBrowserProbe(context).visit({ url: `${origin}/good` });
    };
    const [first, other] = await Promise.all([look(1), look(1)]);
    expect(other).toBe(first);
    expect(await look(1)).toBe(first);
    const again = await look(2);
    expect(again).not.toBe(first);
    expect(await look(1)).toBe(again);
    visits.clear();
    expect(await look(1)).not.toBe(again);
  });

  it('leaves neither a browser nor a file behind', async () => {
    const ownTemporary = () => readdirSync(tmpdir()).filter((name) => name.startsWith('meatymusic-browser-'));
    const before = ownTemporary();
    const temporary = createSharedResources();
    const context = testProbeContext({ shared: temporary });
    try {
      await createBrowserProbe(context).visit({ url: `${origin}/good` });
      const made = ownTemporary().filter((name) => !before.includes(name));
      expect(made.length).toBeGreaterThan(0);
      await temporary.close();
      expect(made.filter((name) => existsSync(path.join(tmpdir(), name)))).toEqual([]);
    } finally {
      await temporary.close();
      await context.close();
    }
  });

  it('returns text, console, requests with their headers, and takes a picture', async () => {
    const seen = await visit('/good', {
      untilText: 'late text',
      untilConsole: 'hello',
      untilRequest: '/data',
      screenshot: 'good',
    });
    expect(seen).toMatchObject({ status: 200, title: 'Good', pageErrors: [] });
    expect(seen.text).toContain('late text');
    expect(seen.console).toContainEqual({ type: 'info', text: 'hello from the page' });
    const call = seen.requests.find(({ url }) => url.endsWith('/data'));
    expect(call).toMatchObject({
      method: 'GET',
      resourceType: 'fetch',
      status: 200,
      headers: {
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        authorization: 'Bearer [redacted]',
      },
    });
    expect(existsSync(seen.screenshot!) && readFileSync(seen.screenshot!).subarray(1, 4).toString()).toBe(
      'PNG',
    );
  });

  it('returns uncaught errors and failed requests', async () => {
    const seen = await visit('/throws', { untilRequest: '/nowhere' });
    expect(seen.pageErrors).toEqual(['deliberate']);
    expect(seen.requests.find(({ url }) => url.endsWith('/nowhere'))?.status).toBe(404);
  });

  it('records frames of other sites, workers and redirects', async () => {
    const seen = await visit('/parts', { untilRequest: '/asked' });
    const requests = seen.requests.map(({ url, status }) => `${new URL(url).pathname} ${status}`);
    expect(requests.sort()).toEqual([
      '/asked 404',
      '/asks.js 200',
      '/data 200',
      '/moved 307',
      '/other-site 200',
      '/parts 200',
    ]);
    expect(seen.console.map(({ text }) => text)).toEqual(expect.arrayContaining(['other site', 'worker']));
    expect(seen.pageErrors).toEqual(['worker failed']);
  });

  it('returns what a page shows that replaced the first', async () => {
    expect(await visit('/replaced', { untilText: 'late text' })).toMatchObject({
      status: 200,
      title: 'Good',
    });
  });

  it('waves dialogs and popups away', async () => {
    expect((await visit('/dialog')).text).toContain('after the dialog');
    expect((await visit('/popup')).text).toContain('here');
  });

  it('keeps a flood of console lines within bounds', async () => {
    const seen = await visit('/console-flood');
    expect(seen.console.length).toBe(300);
    expect(seen.console[0]?.text.length).toBe(4096);
  });

  it('returns what there is when the awaited text never comes', async () => {
    const seen = await visit('/good', { untilConsole: 'never said' }, 5_000);
    expect(seen.status).toBe(200);
  });

  it.each([
    ['/download', 20_000, 'ProbeError DOWNLOAD'],
    ['/silent', 3_000, 'ProbeError TIMEOUT'],
    ['/slow-image', 4_000, 'ProbeError LOAD_TIMEOUT'],
    ['/endless', 20_000, 'ProbeError BODY_TOO_LARGE'],
    ['/redirect-to-file', 20_000, 'ProbeError ERR_UNSAFE_REDIRECT'],
    ['/loop', 20_000, 'ProbeError ERR_TOO_MANY_REDIRECTS'],
  ])('%s within %i ms is %s', async (path, timeoutMs, expected) => {
    expect(await failure(path, timeoutMs)).toBe(expected);
  });

  it('keeps the console, the requests and a picture of a page that is never complete', async () => {
    const thrown = await visit('/half', { screenshot: 'half' }, 4_000).catch((error: ProbeError) => error);
    expect(thrown).toMatchObject({
      code: 'LOAD_TIMEOUT',
      details: {
        console: 'log: half way',
        requests: `GET ${origin}/half → 200\nGET ${origin}/silent → no answer`,
      },
    });
    const { screenshot } = (thrown as ProbeError).details;
    expect(
      readFileSync(screenshot ?? '')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
  });

  it('reports what a visit that is cut from outside had seen, and that its time was over', async () => {
    const cut = new AbortController();
    const context = testProbeContext({ shared, signal: cut.signal });
    contexts.push(context);
    const failed = createBrowserProbe(context)
      .visit({ url: `${origin}/half` })
      .catch((error: ProbeError) => error);
    await silentAsked();
    cut.abort(new Error('the run is over'));
    expect(await failed).toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringMatching(/^the visit of .* did not end within/),
      details: { requests: expect.stringContaining(`GET ${origin}/half`) },
    });
  });

  it('gives up on a page that keeps its thread, and visits the next one all the same', async () => {
    expect(await failure('/busy', 4_000)).toMatch(/TIMEOUT/);
    expect((await visit('/good')).status).toBe(200);
  });

  it('names the crash of a page', async () => {
    const context = testProbeContext({ shared });
    contexts.push(context);
    const probe = createBrowserProbe(context);
    await expect(probe.visit({ url: 'chrome://crash' })).rejects.toMatchObject({ name: 'ProbeError' });
    expect((await visit('/good')).status).toBe(200);
  });

  it('says that nothing listens', async () => {
    const context = testProbeContext({ shared });
    contexts.push(context);
    await expect(createBrowserProbe(context).visit({ url: 'http://127.0.0.1:9/' })).rejects.toMatchObject({
      name: 'ProbeError',
      code: expect.stringMatching(/^ERR_/),
    });
  });
});

describe('without a browser', () => {
  it('says how to get one, and why there is none', async () => {
    const context = testProbeContext({ browser: { path: '/nonexistent/chromium' } });
    try {
      const probe = createBrowserProbe(context);
      expect(await probe.available()).toEqual({
        available: false,
        browser: 'browser.path: /nonexistent/chromium, which is no program',
        enable: 'sudo apt-get install -y chromium (or set CHROMIUM_PATH to a Chromium or Chrome)',
      });
      await expect(probe.visit({ url: 'http://127.0.0.1:1/' })).rejects.toMatchObject({ code: 'NO_BROWSER' });
    } finally {
      await context.close();
    }
  });

  it('says that a program is no browser', async () => {
    const context = testProbeContext({ browser: { path: '/bin/false' } });
    try {
      await expect(createBrowserProbe(context).visit({ url: 'http://127.0.0.1:1/' })).rejects.toMatchObject({
        name: 'ProbeError',
        code: 'BROWSER_FAILED',
      });
    } finally {
      await context.close();
    }
  });
});
