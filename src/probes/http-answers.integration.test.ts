import net from 'node:net';
import zlib from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import type { HttpRequest } from '../check/probes.ts';
import { testProbeContext } from '../testing/probe-context.ts';
import { createHttpProbe } from './http.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Answer = (socket: net.Socket, requestOfSocket: number, text: string) => void;

/** Calls `answer` for each request; counts connections and keeps the bytes of requests. */
async function serve(answer: Answer) {
  const seen = { connections: 0, open: new Set<net.Socket>(), requests: [] as string[], port: 0 };
  const server = net.createServer((socket) => {
    let count = 0;
    seen.connections++;
    seen.open.add(socket.setNoDelay());
    socket.on('error', () => {}).on('close', () => seen.open.delete(socket));
    socket.on('data', (bytes) => {
      seen.requests.push(String(bytes));
      answer(socket, ++count, String(bytes));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  cleanups.push(() => {
    for (const socket of seen.open) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  seen.port = (server.address() as net.AddressInfo).port;
  return seen;
}

function probe(timeoutMs = 10_000) {
  const context = testProbeContext({ timeoutMs });
  cleanups.push(() => context.close());
  const { request } = createHttpProbe(context);
  return (port: number, path = '/', rest: Partial<HttpRequest> = {}) =>
    request({ url: `http://127.0.0.1:${port}${path}`, ...rest }).then(
      ({ durationMs: _, ...response }) => response,
      ({ code, message, details }) => ({ code, message, details }),
    );
}

const ok = (body: string, more = '') =>
  `HTTP/1.1 200 OK\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const gzipped = zlib.gzipSync('plain').toString('latin1');

const answers: [name: string, outcome: object, bytes: string, rest?: Partial<HttpRequest>][] = [
  [
    'a plain answer',
    { body: 'hello' },
    ok('hello', 'X-A: 1\r\nx-a:2\r\nX-Empty:\r\nX-B: \t b c \t\r\nSet-Cookie: \xe4=1\r\n'),
  ],
  ['an empty one', { status: 200, body: '' }, ok('')],
  ['another status', { status: 404, body: 'x' }, 'HTTP/1.1 404\r\nContent-Length: 1\r\n\r\nx'],
  [
    'no body to a HEAD',
    { status: 200, body: '' },
    'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n',
    { method: 'HEAD' },
  ],
  ['no content', { status: 204, body: '' }, 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['not modified', { status: 304, body: '' }, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
  ['chunks', { body: 'abc' }, 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
  [
    'chunks and trailers',
    { body: 'a' },
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-T: 1\r\n\r\n',
  ],
  [
    'chunks and a length',
    { code: 'HPE_INVALID_CONTENT_LENGTH' },
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\na\r\n0\r\n\r\n`,
  ],
  [
    'a compressed body',
    { body: 'plain' },
    `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${gzipped.length}\r\n\r\n${gzipped}`,
  ],
  ['a body that ends with the connection', { body: 'until the end' }, 'HTTP/1.1 200 OK\r\n\r\nuntil the end'],
  ['an answer of HTTP/1.0', { body: 'ok' }, 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  [
    'a hint before the answer',
    { status: 200, body: 'late' },
    `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${ok('late')}`,
  ],
  [
    'the same length twice',
    { code: 'HPE_UNEXPECTED_CONTENT_LENGTH' },
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok',
  ],
  [
    'two lengths',
    { code: 'HPE_UNEXPECTED_CONTENT_LENGTH' },
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!',
  ],
  [
    'two lengths in one',
    { code: 'HPE_INVALID_CONTENT_LENGTH' },
    'HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok',
  ],
  [
    'a length that is none',
    { code: 'HPE_INVALID_CONTENT_LENGTH' },
    'HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok',
  ],
  [
    'a negative length',
    { code: 'HPE_INVALID_CONTENT_LENGTH' },
    'HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok',
  ],
  ['more than it announces', { code: 'HPE_INVALID_CONSTANT' }, `${ok('ok')}more`],
  ['two answers', { body: 'one' }, `${ok('one')}${ok('two')}`],
  ['less than it announces', { code: 'TRUNCATED' }, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'],
  ['half a head', { code: 'ECONNRESET' }, 'HTTP/1.1 200 OK\r\nContent-Le'],
  ['nothing', { code: 'ECONNRESET' }, ''],
  ['line feeds alone', { code: 'HPE_CR_EXPECTED' }, 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok'],
  [
    'a folded header',
    { code: 'HPE_INVALID_HEADER_TOKEN' },
    'HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\nok',
  ],
  [
    'a space before the colon',
    { code: 'HPE_INVALID_HEADER_TOKEN' },
    'HTTP/1.1 200 OK\r\nX-A : 1\r\nContent-Length: 2\r\n\r\nok',
  ],
  [
    'a header without a name',
    { code: 'HPE_INVALID_HEADER_TOKEN' },
    'HTTP/1.1 200 OK\r\n: 1\r\nContent-Length: 2\r\n\r\nok',
  ],
  [
    'a line that is no header',
    { code: 'HPE_INVALID_HEADER_TOKEN' },
    'HTTP/1.1 200 OK\r\nnothing\r\nContent-Length: 2\r\n\r\nok',
  ],
  [
    'a zero byte in a header',
    { code: 'HPE_INVALID_HEADER_TOKEN' },
    'HTTP/1.1 200 OK\r\nX-A: \x00\r\nContent-Length: 2\r\n\r\nok',
  ],
  ['an escape in the status', { body: 'ok' }, 'HTTP/1.1 200 \x1b[2J\r\nContent-Length: 2\r\n\r\nok'],
  [
    'a carriage return in a header',
    { code: 'HPE_LF_EXPECTED' },
    'HTTP/1.1 200 OK\r\nX-A: a\rb\r\nContent-Length: 2\r\n\r\nok',
  ],
  [
    'a header named as a prototype',
    { body: 'ok', headers: { constructor: '2' } },
    'HTTP/1.1 200 OK\r\n__proto__: 1\r\nconstructor: 2\r\nContent-Length: 2\r\n\r\nok',
  ],
  ['a status of two digits', { code: 'HPE_INVALID_STATUS' }, 'HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok'],
  ['a status of four', { code: 'HPE_INVALID_STATUS' }, 'HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok'],
  ['a status out of range', { status: 999 }, 'HTTP/1.1 999 OK\r\nContent-Length: 2\r\n\r\nok'],
  ['another protocol', { code: 'HPE_INVALID_CONSTANT' }, 'SSH-2.0-OpenSSH_9.9\r\n\r\n'],
  [
    'switched protocols',
    { code: 'TIMEOUT' },
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
    { timeoutMs: 100 },
  ],
  ['a strange connection', { body: 'ok' }, ok('ok', 'Connection: keep-alive, x\r\n')],
  ['long headers', { body: 'ok' }, ok('ok', `X-Big: ${'x'.repeat(10_000)}\r\n`)],
  [
    'headers that are too long',
    { code: 'HPE_HEADER_OVERFLOW' },
    ok('ok', `X-Big: ${'x'.repeat(20_000)}\r\n`),
  ],
  ['a body over the cap', { code: 'BODY_TOO_LARGE' }, ok('x'.repeat(101)), { maxBodyBytes: 100 }],
  ['a body at the cap', { bodyBytes: 100 }, ok('x'.repeat(100)), { maxBodyBytes: 100 }],
];

test.each(answers)('%s: %j', async (_, outcome, text, rest = {}) => {
  const server = await serve((socket) => {
    // Ends the connection: an answer may announce less than it sends, or nothing.
    socket.write(Buffer.from(text, 'latin1'), () => socket.end());
  });
  expect(await probe()(server.port, '/', rest)).toMatchObject(outcome);
});

test.each(answers.filter(([, , text]) => text.length < 200))(
  '%s: %j, in two pieces',
  async (_, outcome, text, rest = {}) => {
    for (const at of [5, text.indexOf('\r\n\r\n') + 2, text.indexOf('\r\n\r\n') + 4, text.length - 1]) {
      if (at <= 0 || at >= text.length) continue;
      const server = await serve((socket) => {
        socket.write(Buffer.from(text.slice(0, at), 'latin1'));
        setImmediate(() => setImmediate(() => socket.end(Buffer.from(text.slice(at), 'latin1'))));
      });
      expect(await probe()(server.port, '/', rest)).toMatchObject(outcome);
    }
  },
);

test.each([
  ['closes the connection', (socket: net.Socket) => socket.destroySoon()],
  ['resets the connection', (socket: net.Socket) => setImmediate(() => socket.resetAndDestroy())],
])('reads the answer of a server that refuses a long body before its end and %s', async (_, close) => {
  const refusal = 'HTTP/1.1 413 Payload Too Large\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno';
  const server = await serve((socket, count) => {
    if (count === 1) socket.pause().write(refusal, () => close(socket));
  });
  const ask = probe();
  const body = 'x'.repeat(8 * 1024 * 1024);
  for (let round = 0; round < 20; round++) {
    expect(await ask(server.port, '/', { method: 'PUT', body })).toMatchObject({ status: 413, body: 'no' });
  }
});

test('sends the headers of the request and its own', async () => {
  const server = await serve((socket) => socket.write(ok('ok')));
  const ask = probe();
  await ask(server.port, '/a%20b?c=d#e', { headers: { 'X-Trace-ID': 'abc', Accept: 'text/html' } });
  expect(server.requests[0]).toBe(
    [
      'GET /a%20b?c=d HTTP/1.1',
      'X-Trace-ID: abc',
      'Accept: text/html',
      'User-Agent: meatymusic',
      `Host: 127.0.0.1:${server.port}`,
      'Connection: keep-alive',
      '\r\n',
    ].join('\r\n'),
  );
});

test('keeps the connection after an answer, also one in pieces', async () => {
  const server = await serve((socket, count) => {
    if (count < 3) socket.write(ok('ok'));
    else {
      socket.write(ok('in pieces').slice(0, -5));
      setImmediate(() => socket.write('ieces'));
    }
  });
  const ask = probe();
  const bodies = [];
  for (let count = 0; count < 4; count++) bodies.push(await ask(server.port));
  expect(bodies.map((each) => 'body' in each && each.body)).toEqual(['ok', 'ok', 'in pieces', 'in pieces']);
  expect(server.connections).toBe(1);
});

test.each([
  ['announces that it closes it', ok('ok', 'Connection: close\r\n')],
  ['answers in HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
])('does not reuse the connection where the server %s', async (_, answer) => {
  const server = await serve((socket) => socket.write(answer));
  const ask = probe();
  for (let count = 0; count < 2; count++) expect(await ask(server.port)).toMatchObject({ body: 'ok' });
  expect(server.connections).toBe(2);
  await until(() => server.open.size === 0);
});

test('closes a kept connection on which the server sends bytes that no request asked for', async () => {
  const server = await serve((socket) => socket.write(ok('ok')));
  const ask = probe();
  await ask(server.port);
  for (const socket of server.open) socket.write(ok('unasked'));
  await until(() => server.open.size === 0);
  expect(await ask(server.port)).toMatchObject({ body: 'ok' });
});

test('never takes the late answer of a request that ran out of time for the next one', async () => {
  const late: (() => void)[] = [];
  const server = await serve((socket, _, text) => {
    if (text.startsWith('GET /slow')) late.push(() => socket.write(ok('slow')));
    else socket.write(ok('fast'));
  });
  const ask = probe();
  await ask(server.port);
  expect(await ask(server.port, '/slow', { timeoutMs: 50 })).toMatchObject({ code: 'TIMEOUT' });
  for (const answer of late) answer();
  expect(await ask(server.port)).toMatchObject({ body: 'fast' });
  expect(server.connections).toBe(2);
});

test('asks once more only where the server closed the kept connection without an answer', async () => {
  const server = await serve((socket, count, text) => {
    if (text.startsWith('GET /never') || count > 1) socket.destroy();
    else socket.write(ok('ok'));
  });
  const ask = probe();
  await ask(server.port);
  expect(await ask(server.port)).toMatchObject({ body: 'ok' });
  expect([server.requests.length, server.connections]).toEqual([3, 2]);
  // The connection of the second attempt was not kept.
  expect(await ask(server.port, '/never')).toMatchObject({ code: 'ECONNRESET' });
  expect([server.requests.length, server.connections]).toEqual([4, 3]);
});

test.each([
  ['a byte', 'H'],
  ['half an answer', ok('half').slice(0, -2)],
])('does not ask again once %s has come', async (_, part) => {
  const server = await serve((socket, count) => {
    if (count === 1) socket.write(ok('ok'));
    else socket.write(part);
  });
  const ask = probe();
  await ask(server.port);
  const second = ask(server.port);
  await until(() => server.requests.length === 2);
  await new Promise(setImmediate);
  for (const socket of server.open) socket.resetAndDestroy();
  expect(await second).toMatchObject({ code: 'ECONNRESET' });
  expect(server.requests).toHaveLength(2);
});

test('sends a request that may change something on a connection of its own', async () => {
  const server = await serve((socket) => socket.write(ok('ok')));
  const ask = probe();
  await ask(server.port);
  await ask(server.port, '/', { method: 'POST', body: '{}' });
  expect(server.connections).toBe(2);
});

test('closes its connections at the end of the run', async () => {
  const server = await serve((socket) => socket.write(ok('ok')));
  await probe()(server.port);
  expect(server.open.size).toBe(1);
  await cleanups.pop()?.();
  await until(() => server.open.size === 0);
});

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { interval: 5 }).toBe(true);
}
