import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { ProbeError } from '../check/probes.ts';
import { testProbeContext } from '../testing/probe-context.ts';
import { createHttpProbe } from './http.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server without HTTP: it gets the bare socket once a request has arrived. */
async function rawServer(
  onRequest: (socket: net.Socket) => void,
  host = '127.0.0.1',
  port = 0,
): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => onRequest(socket));
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, host, () => resolve()),
  );
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return (server.address() as net.AddressInfo).port;
}

async function serve(handler: http.RequestListener): Promise<number> {
  const server = http.createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return (server.address() as net.AddressInfo).port;
}

function probe(timeoutMs = 10_000) {
  const context = testProbeContext({ timeoutMs });
  cleanups.push(() => context.close());
  return createHttpProbe(context);
}

async function failureOf(promise: Promise<unknown>): Promise<ProbeError> {
  const error = await promise.then(
    (value) => expect.fail(`resolved to ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ProbeError);
  return error as ProbeError;
}

describe('answers', () => {
  test('gives status, headers, body and the address that was dialled', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(
        201,
        [
          ['X-A', '1'],
          ['x-a', '2'],
          ['Content-Type', 'text/plain'],
        ].flat(),
      );
      response.end('hällo');
    });
    const response = await probe().request({ url: `http://127.0.0.1:${port}/x?y=1` });
    expect(response).toMatchObject({
      status: 201,
      body: 'hällo',
      bodyBytes: 6,
      address: `127.0.0.1:${port}`,
    });
    expect(response.headers['x-a']).toBe('1, 2');
    expect(response.rawHeaders.slice(0, 2)).toEqual([
      ['X-A', '1'],
      ['x-a', '2'],
    ]);
  });

  test('sends method, headers and body; user information becomes Authorization', async () => {
    const port = await serve((request, response) => {
      request.setEncoding('utf8');
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () =>
        response.end(JSON.stringify({ method: request.method, headers: request.headers, body })),
      );
    });
    const { body } = await probe().request({
      url: `http://me:s%40crt@127.0.0.1:${port}/`,
      method: 'put',
      headers: { 'X-Trace-ID': 'abc' },
      body: '{"ä":1}',
    });
    const seen = JSON.parse(body);
    expect(seen).toMatchObject({ method: 'PUT', body: '{"ä":1}' });
    expect(seen.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('me:s@crt').toString('base64')}`,
      'x-trace-id': 'abc',
      'content-length': '8',
    });
  });

  test.each([
    ['gzip', zlib.gzipSync('plain')],
    ['deflate', zlib.deflateSync('plain')],
    ['deflate', zlib.deflateRawSync('plain')],
    ['br', zlib.brotliCompressSync('plain')],
    ['deflate, gzip', zlib.gzipSync(zlib.deflateSync('plain'))],
  ])('decodes %s', async (encoding, bytes) => {
    const port = await serve((_request, response) =>
      response.setHeader('content-encoding', encoding).end(bytes),
    );
    expect((await probe().request({ url: `http://127.0.0.1:${port}` })).body).toBe('plain');
  });

  test('does not follow a redirect, whatever it points at', async () => {
    for (const location of ['/', 'http://other.invalid/', 'file:///etc/passwd']) {
      const port = await serve((_request, response) => response.writeHead(302, { location }).end());
      expect(await probe().request({ url: `http://127.0.0.1:${port}` })).toMatchObject({
        status: 302,
        headers: { location },
      });
    }
  });

  test('works on a port that fetch refuses', async ({ skip }) => {
    let taken = false;
    const port = await rawServer(
      (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
      '127.0.0.1',
      6000,
    ).catch(() => {
      taken = true;
      return 0;
    });
    skip(taken, 'port 6000 is taken');
    expect((await probe().request({ url: `http://127.0.0.1:${port}` })).body).toBe('ok');
  });

  test('reaches localhost where it is IPv6 only', async () => {
    const answer = (socket: net.Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    const port = await rawServer(answer, '::1');
    expect((await probe().request({ url: `http://localhost:${port}` })).address).toBe(`[::1]:${port}`);
  });

  test('ignores proxy variables for loopback', async () => {
    const port = await serve((_request, response) => response.end('direct'));
    process.env.http_proxy = 'http://127.0.0.1:1';
    cleanups.push(() => {
      delete process.env.http_proxy;
    });
    expect((await probe().request({ url: `http://127.0.0.1:${port}` })).body).toBe('direct');
  });

  test('uses one connection for many requests, and a new one when the server closed it', async () => {
    const ports = new Set<number | undefined>();
    const port = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
      if (request.url === '/last') response.once('close', () => request.socket.destroy());
    });
    const one = probe();
    for (const at of ['/', '/', '/last']) await one.request({ url: `http://127.0.0.1:${port}${at}` });
    expect(ports.size).toBe(1);
    await one.request({ url: `http://127.0.0.1:${port}/` });
    expect(ports.size).toBe(2);
  });
});

describe('faults', () => {
  test('silent server: fails with "no response" and closes the socket', async () => {
    let closed = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const port = await rawServer((socket) => socket.once('close', closed));
    const error = await failureOf(probe(300).request({ url: `http://127.0.0.1:${port}/health` }));
    expect(error.code).toBe('TIMEOUT');
    const where = `no response from 127.0.0.1:${port} (127.0.0.1:${port})`;
    expect(error.message).toMatch(/ within 2\d\d ms$/);
    expect(error.message.startsWith(where)).toBe(true);
    await gone;
  });

  test('body of one byte at a time: fails at the deadline and closes the socket', async () => {
    let closed = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const port = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 20);
      socket.once('close', () => {
        clearInterval(timer);
        closed();
      });
    });
    const error = await failureOf(probe(400).request({ url: `http://127.0.0.1:${port}/` }));
    expect(error.code).toBe('TIMEOUT');
    expect(error.message).toContain('(status 200) did not end within');
    await gone;
  });

  test('headers of one byte at a time: fails at the deadline', async () => {
    const port = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nX: ');
      const timer = setInterval(() => socket.write('x'), 20);
      socket.once('close', () => clearInterval(timer));
    });
    expect((await failureOf(probe(300).request({ url: `http://127.0.0.1:${port}/` }))).code).toBe('TIMEOUT');
  });

  test('endless body: fails at the cap, with little read', async () => {
    let sent = 0;
    const port = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const chunk = `10000\r\n${'y'.repeat(0x10000)}\r\n`;
      const push = () => {
        while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
      };
      socket.on('drain', push);
      push();
    });
    const error = await failureOf(
      probe().request({ url: `http://127.0.0.1:${port}/`, maxBodyBytes: 200_000 }),
    );
    expect(error).toMatchObject({ code: 'BODY_TOO_LARGE' });
    expect(error.message).toBe('the body is larger than 200000 bytes');
    expect(sent).toBeLessThan(20_000_000);
  });

  test.each(['gzip', 'br', 'deflate'])('bomb in %s: fails at the cap of decoded bytes', async (encoding) => {
    const zeros = Buffer.alloc(50_000_000);
    const bomb = { gzip: zlib.gzipSync, br: fastBrotli, deflate: zlib.deflateSync }[encoding]!(zeros);
    const port = await serve((_request, response) =>
      response.setHeader('content-encoding', encoding).end(bomb),
    );
    const before = process.memoryUsage().rss;
    const error = await failureOf(probe().request({ url: `http://127.0.0.1:${port}` }));
    expect(error.code).toBe('BODY_TOO_LARGE');
    expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
  });

  test('reset in the middle of the body', async () => {
    const port = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc', () =>
        setTimeout(() => socket.resetAndDestroy(), 50),
      );
    });
    expect((await failureOf(probe().request({ url: `http://127.0.0.1:${port}` }))).code).toBe('ECONNRESET');
  });

  test('shorter than Content-Length', async () => {
    const port = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc'));
    const error = await failureOf(probe().request({ url: `http://127.0.0.1:${port}` }));
    expect(error).toMatchObject({ code: 'TRUNCATED' });
    expect(error.message).toBe('the body ended after 3 of 100 bytes');
  });

  test('chunked without its last chunk', async () => {
    const port = await rawServer((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'),
    );
    expect((await failureOf(probe().request({ url: `http://127.0.0.1:${port}` }))).code).toBe('TRUNCATED');
  });

  test('compressed and cut', async () => {
    const bytes = zlib.gzipSync('a longer text than one would think').subarray(0, 20);
    const port = await serve((_request, response) =>
      response.setHeader('content-encoding', 'gzip').end(bytes),
    );
    expect((await failureOf(probe().request({ url: `http://127.0.0.1:${port}` }))).code).toBe(
      'BROKEN_ENCODING',
    );
  });

  test('20 kB of headers', async () => {
    const port = await rawServer((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nX-Big: ${'x'.repeat(20_000)}\r\nContent-Length: 0\r\n\r\n`),
    );
    const error = await failureOf(probe().request({ url: `http://127.0.0.1:${port}/a` }));
    expect(error.message).toBe(
      `GET http://127.0.0.1:${port}/a: HPE_HEADER_OVERFLOW, the headers are longer than 16 KiB`,
    );
  });

  test('control characters in a header', async () => {
    const port = await rawServer((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nX-\x01: 1\r\nContent-Length: 0\r\n\r\n'),
    );
    expect((await failureOf(probe().request({ url: `http://127.0.0.1:${port}` }))).code).toBe(
      'HPE_INVALID_HEADER_TOKEN',
    );
  });

  test('not HTTP', async () => {
    const port = await rawServer((socket) => socket.end('-ERR unknown command\r\n'));
    const error = await failureOf(probe().request({ url: `http://127.0.0.1:${port}` }));
    expect(error.message).toContain('what answers there does not speak HTTP');
  });

  test('a server of HTTP/2 alone is named as such', async () => {
    const server = http2.createServer((_request, response) => response.end('ok'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    cleanups.push(() => void server.close());
    const { port } = server.address() as net.AddressInfo;
    const error = await failureOf(probe().request({ url: `http://127.0.0.1:${port}` }));
    expect(error.message).toContain('the server speaks HTTP/2 alone');
  });

  test('an address that is slow to connect is not given up after 250 ms', async () => {
    const port = await serve((_request, response) => response.end('ok'));
    const context = testProbeContext();
    cleanups.push(() => context.close());
    const names = context.shared.get('names', () => ({
      ready: () => Promise.resolve(),
      lookup(_name: string, _options: object, done: (error: null, found: object[]) => void) {
        done(null, [
          { address: '127.0.0.1', family: 4 },
          { address: '::1', family: 6 },
        ]);
        // Holds the event loop while the first connection is made, as a busy run does.
        setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600));
      },
      close: () => {},
    }));
    expect(names).toBeDefined();
    const { request } = createHttpProbe(context);
    expect((await request({ url: `http://busy.example:${port}` })).body).toBe('ok');
  });

  test('closed without an answer', async () => {
    const port = await rawServer((socket) => socket.end());
    expect((await failureOf(probe().request({ url: `http://127.0.0.1:${port}` }))).code).toBe('ECONNRESET');
  });

  test('nothing listens on localhost: every address that was tried is named', async () => {
    const port = await rawServer(() => {});
    await cleanups.pop()?.();
    const error = await failureOf(probe().request({ url: `http://localhost:${port}` }));
    expect(error.code).toBe('ECONNREFUSED');
    expect(error.message).toContain(`127.0.0.1:${port}`);
    expect(error.details.tried).toMatch(new RegExp(`127\\.0\\.0\\.1:${port}`));
  });

  test('a name that does not resolve', async () => {
    const error = await failureOf(probe().request({ url: 'http://nothing.invalid:80/' }));
    expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(error.code);
  });

  test('no address, header or credential that is wrong can throw anything but a ProbeError', async () => {
    for (const url of ['', 'nonsense', 'file:///etc/passwd', 'http://', 'ftp://x']) {
      expect((await failureOf(probe().request({ url }))).code).toBe('INVALID_URL');
    }
    const url = 'http://me:hunter22@127.0.0.1:1/';
    const error = await failureOf(probe().request({ url, headers: { 'X-A': 'a\nb' } }));
    expect(error.code).toBe('INVALID_REQUEST');
    const refused = await failureOf(probe().request({ url }));
    expect(JSON.stringify([error, error.message, refused, refused.message])).not.toContain('hunter22');
  });
});

const openssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!openssl)(`TLS${openssl ? '' : ' (skipped: needs openssl on the PATH)'}`, () => {
  async function secureServer(args: string[]): Promise<number> {
    const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-tls-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        '-subj',
        '/CN=localhost',
        ...args,
      ],
      { stdio: 'ignore' },
    );
    const server = https.createServer(
      { key: readFileSync(key), cert: readFileSync(cert) },
      (_request, response) => response.end('ok'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    cleanups.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    });
    return (server.address() as net.AddressInfo).port;
  }

  test('self-signed', async () => {
    const port = await secureServer(['-days', '2']);
    const error = await failureOf(probe().request({ url: `https://127.0.0.1:${port}` }));
    expect(error.code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(error.message).toContain('the certificate is self-signed');
  });

  test('TLS asked of a server without', async () => {
    const port = await rawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const error = await failureOf(probe().request({ url: `https://127.0.0.1:${port}` }));
    expect(error.message).toContain('what answers there does not speak TLS');
  });
});

function fastBrotli(data: Buffer): Buffer {
  return zlib.brotliCompressSync(data, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } });
}

test.each(['GET', 'POST'])('sends a header that comes again in a line of its own (%s)', async (method) => {
  const got: string[][] = [];
  const port = await serve((request, response) => {
    got.push(request.rawHeaders.filter((_, index) => /^trace/i.test(request.rawHeaders[index & ~1]!)));
    response.end();
  });
  await probe().request({
    url: `http://127.0.0.1:${port}/`,
    method,
    headers: { traceparent: 'one' },
    moreHeaders: [
      ['Traceparent', 'two'],
      ['tracestate', 'a=1'],
    ],
    ...(method === 'POST' ? { body: 'x' } : {}),
  });
  expect(got).toEqual([['traceparent', 'one', 'traceparent', 'two', 'tracestate', 'a=1']]);
});
