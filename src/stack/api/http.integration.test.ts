import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { SpanKind } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { type ErrorBody, startApi, type TestApi } from '../testing/start-api.ts';

const traceId = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
const spanId = '1122334455667788';
const traceparent = `00-${traceId}-${spanId}-01`;

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ CORS_ORIGINS: 'http://web.test, http://other.test/' });
});
afterAll(() => api?.stop());

const requestLine = (find: (line: TestApi['lines'][number]) => boolean) =>
  awaitUntil(() => api.lines.find((line) => line.message === 'request completed' && find(line)), {
    what: 'the request line',
    withinMs: 2_000,
  });

describe('tracing', () => {
  test('a valid traceparent is continued in span, log and response', async () => {
    const response = await fetch(`${api.url}/?one=1`, { headers: { traceparent, 'x-trace-id': traceId } });
    expect(response.headers.get('x-trace-id')).toBe(traceId);
    const [, returned, ownSpan, flags] = (response.headers.get('traceparent') ?? '').split('-');
    expect([returned, flags]).toEqual([traceId, '01']);
    const line = await requestLine(({ trace_id }) => trace_id === traceId);
    expect(line).toMatchObject({
      x_trace_id: traceId,
      span_id: ownSpan,
      url: '/?one=1',
      status: 200,
      level: 'info',
    });
    const [span] = api.spans(traceId);
    expect(span).toMatchObject({ name: 'GET /', kind: SpanKind.SERVER });
    expect(span?.parentSpanContext?.spanId).toBe(spanId);
    expect(span?.attributes).toMatchObject({
      'http.route': '/',
      'http.response.status_code': 200,
      'url.query': 'one=1',
    });
    expect(span?.resource.attributes['service.name']).toBe('meatymusic-api');
  });

  test.each([
    ['all zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['upper case', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['version ff', `ff-${traceId}-${spanId}-01`],
    ['too short', `00-${traceId.slice(1)}-${spanId}-01`],
    ['more behind version 00', `${traceparent}-extra`],
    ['sent twice', `${traceparent}, ${traceparent}`],
  ])('a malformed traceparent (%s) starts a new trace', async (_, header) => {
    const response = await fetch(`${api.url}/`, { headers: { traceparent: header } });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-trace-id')).toMatch(/^(?!a1b2c3d4)[0-9a-f]{32}$/);
  });

  test('an unsampled trace is logged and answered, and exports no span', async () => {
    const other = 'b'.repeat(32);
    const response = await fetch(`${api.url}/`, { headers: { traceparent: `00-${other}-${spanId}-00` } });
    expect(response.headers.get('traceparent')).toMatch(new RegExp(`^00-${other}-[0-9a-f]{16}-00$`));
    await requestLine(({ trace_id }) => trace_id === other);
    expect(api.spans(other)).toEqual([]);
  });

  test('errors keep their trace, in the header and in the body', async () => {
    const other = 'c'.repeat(32);
    const response = await fetch(`${api.url}/nothing`, {
      headers: { traceparent: `00-${other}-${spanId}-01` },
    });
    expect(response.headers.get('x-trace-id')).toBe(other);
    expect(((await response.json()) as ErrorBody).error.trace_id).toBe(other);
    expect((await requestLine(({ trace_id }) => trace_id === other)).status).toBe(404);
  });

  test('a body that has to be read stays inside of the trace', async () => {
    const other = 'd'.repeat(32);
    await fetch(`${api.url}/api/v1/compose`, {
      method: 'POST',
      headers: { traceparent: `00-${other}-${spanId}-01`, 'content-type': 'application/json' },
      body: '{"seed":',
    });
    await requestLine(({ trace_id, status }) => trace_id === other && status === 400);
    expect(api.spans(other)).toHaveLength(1);
  });

  test('what a caller calls its request is repeated when it is harmless, and replaced when not', async () => {
    const good = await fetch(`${api.url}/`, { headers: { 'x-request-id': 'mine-1' } });
    expect(good.headers.get('x-request-id')).toBe('mine-1');
    const bad = await fetch(`${api.url}/`, {
      headers: { 'x-request-id': 'a"b{c}', 'x-trace-id': '"><script>' },
    });
    expect(bad.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const line = await requestLine(({ request_id }) => request_id === bad.headers.get('x-request-id'));
    expect(line).not.toHaveProperty('x_trace_id');
  });

  test('a client that goes away leaves a line with 499 and an ended span', async () => {
    const other = 'e'.repeat(32);
    const { port, hostname } = new URL(api.url);
    const started = request({
      hostname,
      port,
      path: '/api/v1/compose',
      method: 'POST',
      headers: {
        traceparent: `00-${other}-${spanId}-01`,
        'content-type': 'application/json',
        'content-length': 100,
      },
    });
    started.on('error', () => {});
    started.flushHeaders();
    await new Promise((resolve) => started.once('socket', (socket) => socket.once('connect', resolve)));
    // Going away only once the bytes are on their way, or there would be no request at all.
    await new Promise<void>((resolve) => started.write('{', () => resolve()));
    started.destroy();
    const line = await requestLine(({ trace_id }) => trace_id === other);
    expect(line.status).toBe(499);
    expect(api.spans(other)).toHaveLength(1);
  });
});

describe('log', () => {
  test('every line is one JSON object without duplicate keys', async () => {
    await fetch(`${api.url}/`);
    for (const raw of api.rawLines) {
      expect(raw.endsWith('}\n')).toBe(true);
      const flat = raw.replace(/("error":)\{.*?\}/, '$1{}');
      const keys = [...flat.matchAll(/[{,]"(\w+)":/g)].map(([, key]) => key);
      expect(new Set(keys).size, raw).toBe(keys.length);
      expect(JSON.parse(raw)).toMatchObject({
        service: 'meatymusic-api',
        time: expect.stringMatching(/^20.*Z$/),
      });
    }
  });
});

describe('errors', () => {
  const post = (body: string, type = 'application/json') =>
    fetch(`${api.url}/api/v1/compose`, { method: 'POST', headers: { 'content-type': type }, body });

  test.each<[string, number, string, () => Promise<Response>]>([
    ['an unknown address', 404, 'not_found', () => fetch(`${api.url}/nothing`)],
    ['another method', 405, 'method_not_allowed', () => fetch(`${api.url}/health`, { method: 'DELETE' })],
    ['a malformed path', 400, 'bad_request', () => fetch(`${api.url}/%zz`)],
    ['malformed JSON', 400, 'bad_request', () => post('{"seed"')],
    ['another type', 415, 'unsupported_media_type', () => post('<a/>', 'text/xml')],
    ['a large body', 413, 'payload_too_large', () => post(JSON.stringify({ seed: 'x'.repeat(70_000) }))],
    ['a wrong shape', 422, 'validation_failed', () => post('{"seed":1,"more":true}')],
    ['a prototype key', 400, 'bad_request', () => post('{"__proto__":{"seed":"a"}}')],
    ['no seed', 422, 'validation_failed', () => fetch(`${api.url}/api/v1/compose`)],
    ['a database that is away', 503, 'unavailable', async () => withToken('/api/v1/me')],
  ])('%s gives %i in the envelope', async (_, status, code, send) => {
    const response = await send();
    const text = await response.text();
    expect({ status: response.status, body: JSON.parse(text) }).toMatchObject({
      status,
      body: { error: { code, trace_id: response.headers.get('x-trace-id') } },
    });
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(text).not.toMatch(/node_modules|\.ts|\.js|ECONN|select |127\.0\.0\.1/);
  });

  const withToken = async (path: string) =>
    fetch(`${api.url}${path}`, { headers: { authorization: `Bearer ${await api.token()}` } });

  test('the shape problems are listed', async () => {
    const { error } = (await (await post('{"more":true}')).json()) as ErrorBody;
    expect(error.details).toEqual([
      { field: 'body/seed', problem: "must have required property 'seed'" },
      { field: 'body', problem: 'must NOT have additional properties' },
    ]);
  });

  test('405 says what is allowed', async () => {
    const response = await fetch(`${api.url}/api/v1/preferences`, { method: 'DELETE' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT, OPTIONS']);
  });

  test.each([
    ['what is not HTTP at all', 'NOT HTTP', 400, 'bad_request'],
    ['CONNECT', 'CONNECT /health HTTP/1.1\r\nHost: a', 405, 'method_not_allowed'],
    ['an unknown Expect', 'GET / HTTP/1.1\r\nHost: a\r\nExpect: b', 417, 'expectation_failed'],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}`,
      431,
      'headers_too_large',
    ],
    [
      'an address that looks like a pattern',
      'GET *// HTTP/1.1\r\nHost: a\r\nConnection: close',
      404,
      'not_found',
    ],
    ['one with parameters', 'GET /:a*b HTTP/1.1\r\nHost: a\r\nConnection: close', 404, 'not_found'],
    ['an unknown method', 'FOO / HTTP/1.1\r\nHost: a', 400, 'bad_request'],
    [
      'another method, with a question',
      'DELETE /health?a HTTP/1.1\r\nHost: a\r\nConnection: close',
      405,
      'method_not_allowed',
    ],
  ])('%s is answered in the envelope too', async (_, text, status, code) => {
    const { port, hostname } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    socket.write(`${text}\r\n\r\n`);
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    expect(answer.slice(0, 13)).toBe(`HTTP/1.1 ${status} `);
    expect(answer).toMatch(new RegExp(`\\{"error":\\{"code":"${code}".*"trace_id":"[0-9a-f]{32}"`));
  });
});

describe('authentication', () => {
  const me = (authorization?: string) =>
    fetch(`${api.url}/api/v1/me`, { headers: authorization ? { authorization } : {} });

  test.each<[string, () => Promise<string | undefined>]>([
    ['no token', async () => undefined],
    ['another scheme', async () => 'Basic dXNlcjpwYXNz'],
    ['rubbish', async () => 'Bearer a.b.c'],
    ['a bad signature', async () => `Bearer ${await api.token({}, { stray: true })}`],
    ['a wrong issuer', async () => `Bearer ${await api.token({}, { issuer: 'https://elsewhere.test' })}`],
    ['an expired token', async () => `Bearer ${await api.token({}, { expiresAt: 1_600_000_000 })}`],
    ['another algorithm', async () => `Bearer ${await api.token({}, { algorithm: 'HS256' })}`],
    ['no algorithm', async () => `Bearer ${unsigned()}`],
  ])('%s is 401 with a challenge', async (_, authorization) => {
    const response = await me(await authorization());
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
    expect(((await response.json()) as ErrorBody).error.code).toBe('unauthorized');
  });

  test('a token without a tenant is 403', async () => {
    expect((await me(`Bearer ${await api.token({ tenant_id: 'none' })}`)).status).toBe(403);
  });

  test('no token gets into the log', () => {
    expect(api.rawLines.join('')).not.toMatch(/eyJ/);
  });

  const unsigned = () => {
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { sub: 'user_a', iss: 'https://auth.meatymusic.test', exp: 4_000_000_000 };
    return `${encode({ alg: 'none' })}.${encode(claims)}.`;
  };
});

describe('keys by address', () => {
  test('are fetched, and while they cannot be, tokens cannot be judged', async () => {
    let keys: string | undefined;
    const server = createServer((_request, response) => {
      if (keys) response.writeHead(200, { 'content-type': 'application/json' }).end(keys);
      else response.writeHead(500).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const remote = await startApi({ AUTH_JWKS: '', AUTH_JWKS_URL: `http://127.0.0.1:${port}/jwks.json` });
    try {
      const me = async () =>
        fetch(`${remote.url}/api/v1/me`, { headers: { authorization: `Bearer ${await remote.token()}` } });
      const said = async () => ((await (await me()).json()) as ErrorBody).error.message;
      expect(await said()).toBe('Tokens cannot be verified at the moment.');
      keys = remote.jwks;
      // Let in: what fails now is the database.
      expect(await said()).toBe('A service behind this one is not available; try again shortly.');
      expect((await fetch(`${remote.url}/api/v1/me`)).status).toBe(401);
      const stray = await remote.token({}, { stray: true });
      const refused = await fetch(`${remote.url}/api/v1/me`, {
        headers: { authorization: `Bearer ${stray}` },
      });
      expect(refused.status).toBe(401);
    } finally {
      await remote.stop();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    fetch(`${api.url}/api/v1/compose`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'traceparent,x-service-name',
      },
    });

  test.each(['http://web.test', 'http://other.test'])(
    'an allowed origin (%s) gets its headers',
    async (origin) => {
      const response = await preflight(origin);
      expect(response.status).toBe(204);
      expect(response.headers.get('access-control-allow-origin')).toBe(origin);
      expect(response.headers.get('access-control-allow-headers')).toMatch(/traceparent/);
      const actual = await fetch(`${api.url}/nothing`, { headers: { origin } });
      expect(actual.headers.get('access-control-allow-origin'), 'on an error').toBe(origin);
      expect(actual.headers.get('access-control-expose-headers')).toMatch(/traceparent/);
    },
  );

  test.each(['http://evil.test', 'null', 'http://web.test.evil.test'])(
    'another one (%s) does not',
    async (origin) => {
      const response = await preflight(origin);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      const actual = await fetch(`${api.url}/`, { headers: { origin } });
      expect(actual.headers.get('access-control-allow-origin')).toBeNull();
    },
  );
});

describe('seed', () => {
  test('the same seed gives the same bytes by GET and POST, another one others', async () => {
    const get = async (seed: string) => (await fetch(`${api.url}/api/v1/compose?seed=${seed}`)).text();
    const [one, again, other] = await Promise.all([get('alpha'), get('alpha'), get('beta')]);
    const posted = await fetch(`${api.url}/api/v1/compose`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"seed":"alpha"}',
    });
    expect(again).toBe(one);
    expect(await posted.text()).toBe(one);
    expect(other).not.toBe(one);
  });
});

describe('openapi', () => {
  test('names every route of the API', async () => {
    const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(document.paths)).toEqual([
      '/',
      '/health',
      '/health/ready',
      '/api/v1/me',
      '/api/v1/preferences',
      '/api/v1/compose',
    ]);
  });
});
