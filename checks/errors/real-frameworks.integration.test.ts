import { type Options, rateLimit } from 'express-rate-limit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckDefinition } from '../../src/check/index.ts';
import * as apps from '../../src/testing/framework-apps.ts';
import { testStack } from '../../src/testing/probe-context.ts';
import { runCheck } from '../../src/testing/run-check.ts';
import health from '../api/health.ts';
import ready from '../api/ready.ts';
import limits from '../ratelimit/limits.ts';
import seed from '../seed/deterministic.ts';
import methodNotAllowed from './method-not-allowed.ts';
import notFound from './not-found.ts';
import payloadTooLarge from './payload-too-large.ts';
import unsupportedMediaType from './unsupported-media-type.ts';
import validation from './validation.ts';

// biome-ignore lint/suspicious/noExplicitAny: checks with any options
type AnyCheck = CheckDefinition<any, any, any>;

const listeners: Record<string, apps.Listener> = {};
let server: Awaited<ReturnType<typeof apps.serveApps>>;

beforeAll(async () => {
  Object.assign(listeners, {
    'express-defaults': apps.expressDefaults(),
    'express-envelope': apps.expressWithEnvelope(),
    'fastify-defaults': await apps.fastifyDefaults(),
    'fastify-problems': await apps.fastifyWithProblems(),
    'hono-defaults': apps.honoDefaults(),
    'koa-defaults': apps.koaDefaults(),
    'nest-defaults': await apps.nestDefaults(),
    'nest-envelope': await apps.nestWithEnvelope(),
  });
  server = await apps.serveApps(listeners);
}, 60_000);
afterAll(() => server?.close());

/** Resolves to `pass`, `skip` or the code of the failure. */
async function verdictOf(
  check: AnyCheck,
  app: string,
  options: Record<string, unknown> = {},
  { timeoutMs = 20_000, database = false } = {},
): Promise<string> {
  const { services } = testStack;
  const api = { ...services.api, url: `${server.url}/${app}`, readyPath: '/ready' };
  const stack = {
    ...testStack,
    services: {
      ...services,
      api,
      database: { ...services.database, enabled: database },
      cache: { ...services.cache, enabled: false },
    },
  };
  const verdict = await runCheck(check, { stack, options, over: { timeoutMs } });
  return verdict.status === 'fail' ? verdict.code : verdict.status;
}

const put = { path: '/songs', method: 'PUT' };
const errorChecks: [string, AnyCheck, Record<string, unknown>?][] = [
  ['health', health],
  ['ready', ready],
  ['not-found', notFound],
  ['method-not-allowed', methodNotAllowed],
  ['validation', validation, { path: '/songs' }],
  ['payload-too-large', payloadTooLarge, put],
  ['unsupported-media-type', unsupportedMediaType, put],
];

describe('frameworks', () => {
  test.each([
    // Its pages in development show the stack; a path that knows GET alone answers 404 for DELETE.
    [
      'express-defaults',
      'answers-not-found',
      'not-an-envelope',
      'internals-shown',
      'internals-shown',
      'wrong-status',
    ],
    ['express-envelope', 'pass', 'pass', 'pass', 'pass', 'pass'],
    [
      'fastify-defaults',
      'answers-not-found',
      'not-an-envelope',
      'internals-shown',
      'no-trace-id',
      'no-trace-id',
    ],
    ['fastify-problems', 'pass', 'pass', 'pass', 'pass', 'pass'],
    [
      'hono-defaults',
      'answers-not-found',
      'not-an-envelope',
      'not-an-envelope',
      'wrong-status',
      'wrong-status',
    ],
    ['koa-defaults', 'not-an-envelope', 'not-an-envelope', 'internals-shown', 'wrong-status', 'wrong-status'],
    [
      'nest-defaults',
      'answers-not-found',
      'not-an-envelope',
      'not-an-envelope',
      'not-an-envelope',
      'no-endpoint',
    ],
    // The error of its body parser is not one of Nest: the filter makes 500 of it.
    ['nest-envelope', 'answers-not-found', 'pass', 'pass', 'wrong-status', 'no-endpoint'],
  ])('%s', async (app, ofMethod, ofNotFound, ofValidation, ofSize, ofType) => {
    const verdicts: Record<string, string> = {};
    for (const [name, check, options] of errorChecks) verdicts[name] = await verdictOf(check, app, options);
    expect(verdicts).toEqual({
      health: 'pass',
      ready: 'pass',
      'not-found': ofNotFound,
      'method-not-allowed': ofMethod,
      validation: ofValidation,
      'payload-too-large': ofSize,
      'unsupported-media-type': ofType,
    });
  });
});

/** Serves one handler of Express under a name of its own. */
let served = 0;
function serve(...handlers: apps.Handler[]): string {
  const name = `own-${++served}`;
  const app = apps.express();
  app.use(...handlers);
  listeners[name] = app;
  return name;
}
const json = apps.express.json();
const song: apps.Handler = (_request, response) => void response.json({ title: 'Song' });
const status = (code: number, headers: Record<string, string> = {}): apps.Handler => {
  return (_request, response) => void response.status(code).set(headers).json({});
};

describe('health and readiness', () => {
  const breaksOff: apps.Handler = (_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('a part', () => response.socket?.end());
  };
  test.each<[string, AnyCheck, apps.Handler, string, object?]>([
    ['redirects to a login', health, status(302, { location: '/login' }), 'wrong-status'],
    ['needs a token', health, status(401), 'needs-a-token'],
    ['is limited', health, status(429), 'rate-limited'],
    [
      'sends more than a check reads',
      health,
      (_request, response) => void response.end('x'.repeat(2 ** 21)),
      'unreadable',
    ],
    ['breaks off', health, breaksOff, 'unreadable'],
    ['is not there', health, status(404), 'no-endpoint'],
    ['hangs', health, () => {}, 'timeout', { timeoutMs: 700 }],
    ['closes the connection', health, (request) => void request.socket.destroy(), 'unreachable'],
    ['is not ready', ready, status(503), 'not-ready'],
    ['reports itself ready without its database', ready, status(200), 'lies', { database: true }],
    ['is not ready without its database', ready, status(503), 'not-ready', { database: true }],
  ])('%s', async (_, check, handler, verdict, over = {}) => {
    expect(await verdictOf(check, serve(handler), {}, over)).toBe(verdict);
  });
});

describe('error bodies', () => {
  const error =
    (body: (trace: string | undefined) => unknown, type = 'application/json'): apps.Handler =>
    (request, response) =>
      void response
        .status(422)
        .type(type)
        .send(JSON.stringify(body(apps.traceOf(request.headers.traceparent))));
  const withMessage = (message: string, more: object = {}) =>
    error((trace_id) => ({ error: { code: 'x', message, trace_id, ...more } }));
  test.each<[string, apps.Handler, string]>([
    ['a plain message', withMessage('The title is missing'), 'pass'],
    ['a word of SQL in a sentence', withMessage('Select a genre from the list'), 'pass'],
    ['an instance that looks like a path', withMessage('No.', { instance: '/app/songs' }), 'pass'],
    ['a stack in a field', withMessage('No.', { stack: new Error('x').stack }), 'internals-shown'],
    ['a constraint', withMessage('No.', { constraint: 'songs_title_key' }), 'internals-shown'],
    ['an internal address', withMessage('no answer of 10.0.0.3:6379'), 'internals-shown'],
    ['a statement', withMessage('update songs set title = $1 where id = $2'), 'internals-shown'],
    ['no trace ID', error(() => ({ code: 'x', message: 'No.' })), 'no-trace-id'],
    ['undefined', error(() => ({ code: 'x', message: 'No.', trace_id: 'undefined' })), 'no-trace-id'],
    [
      'another trace',
      error(() => ({ code: 'x', message: 'No.', trace_id: 'a'.repeat(32) })),
      'other-trace-id',
    ],
    [
      'problem details',
      error((traceId) => ({ title: 'No.', status: 422, traceId }), 'application/problem+json'),
      'pass',
    ],
    [
      'problem details of another status',
      error((traceId) => ({ title: 'No.', status: 400, traceId }), 'application/problem+json'),
      'not-an-envelope',
    ],
    ['an empty body', (_request, response) => void response.status(422).end(), 'not-an-envelope'],
    ['400 instead of 422', status(400), 'wrong-status'],
    ['403', status(403), 'needs-a-token'],
    ['429', status(429), 'rate-limited'],
  ])('%s', async (_, handler, verdict) => {
    expect(await verdictOf(validation, serve(handler), { path: '/songs' })).toBe(verdict);
  });
});

describe('rate limits', () => {
  const limiter = (over: Partial<Options> = {}) =>
    rateLimit({ windowMs: 60_000, limit: 4, ...over }) as unknown as apps.Handler;
  const bucket = (size: number, perSecond: number): apps.Handler => {
    let tokens = size;
    let at = performance.now();
    return (_request, response, next) => {
      const now = performance.now();
      tokens = Math.min(size, tokens + ((now - at) / 1000) * perSecond);
      at = now;
      response.set('RateLimit-Limit', String(size));
      response.set('RateLimit-Remaining', String(Math.max(0, Math.floor(tokens - 1))));
      if (tokens < 1) return void response.status(429).set('Retry-After', '1').end();
      tokens--;
      next();
    };
  };
  const retryAfter = (value: string) =>
    limiter({
      handler: ((_request, response) =>
        void response.status(429).set('Retry-After', value).end()) as apps.Handler as unknown as NonNullable<
        Options['handler']
      >,
    });
  const withoutRetryAfter = ((_request, response) => {
    response.removeHeader('retry-after');
    response.status(429).end();
  }) as apps.Handler as unknown as NonNullable<Options['handler']>;
  const everyone = { keyGenerator: () => 'everyone' };
  const used = limiter(everyone);
  const login: apps.Handler = (_request, response) => void response.status(401).end();
  const options = { path: '/songs', method: 'GET', body: '', maxRequests: 20 };
  test.each<[string, apps.Handler[], string, object?]>([
    ['draft 6 of RateLimit', [limiter({ standardHeaders: 'draft-6' }), song], 'pass'],
    ['draft 7 of RateLimit', [limiter({ standardHeaders: 'draft-7' }), song], 'pass'],
    ['draft 8 of RateLimit', [limiter({ standardHeaders: 'draft-8' }), song], 'pass'],
    ['X-RateLimit', [limiter({ legacyHeaders: true }), song], 'pass'],
    ['no headers but Retry-After', [limiter({ standardHeaders: false, legacyHeaders: true }), song], 'pass'],
    ['one limit for all clients', [limiter(everyone), song], 'pass'],
    ['a token bucket', [bucket(5, 2), song], 'pass'],
    ['a limit of failed logins', [limiter(), login], 'pass', { statuses: [401] }],
    ['a limit before the login', [limiter(), login], 'pass'],
    ['a login without a limit', [login], 'skip'],
    ['no limit', [song], 'no-limit'],
    ['a larger limit than is tried', [limiter({ limit: 500, standardHeaders: 'draft-8' }), song], 'skip'],
    ['a path that serves nothing', [limiter(), status(404)], 'no-endpoint'],
    ['a path without this method', [limiter(), status(405)], 'no-endpoint'],
    ['a failing request', [limiter(), status(500)], 'wrong-status'],
    ['Retry-After: -1', [retryAfter('-1'), song], 'bad-retry-after'],
    ['Retry-After: 1.5', [retryAfter('1.5'), song], 'bad-retry-after'],
    ['Retry-After: soon 5', [retryAfter('soon 5'), song], 'bad-retry-after'],
    ['Retry-After in epoch seconds', [retryAfter('1790000000'), song], 'bad-retry-after'],
    ['Retry-After as a date', [retryAfter(new Date(Date.now() + 60_000).toUTCString()), song], 'pass'],
    ['no Retry-After', [limiter({ handler: withoutRetryAfter }), song], 'no-retry-after'],
    [
      'another limit than it names',
      [
        limiter({ limit: 10, standardHeaders: 'draft-6' }),
        (_request, response, next) => {
          response.set('RateLimit-Limit', '2');
          next();
        },
        song,
      ],
      'other-limit',
    ],
  ])('%s', async (_, handlers, verdict, over = {}) => {
    expect(await verdictOf(limits, serve(...handlers), { ...options, ...over })).toBe(verdict);
  });

  test('another client took from the window, and a second run finds it used up', async () => {
    const app = serve(used, song);
    await fetch(`${server.url}/${app}/songs`);
    expect(await verdictOf(limits, app, options)).toBe('pass');
    expect(await verdictOf(limits, app, options)).toBe('skip');
  });
});

describe('seeds', () => {
  const integer = (text: unknown) => (/^\d+$/.test(String(text)) ? Number(text) : undefined);
  const compose =
    (result: (seed: number) => unknown): apps.Handler =>
    (request, response) => {
      const found = integer(request.query.seed ?? request.body?.seed);
      if (found === undefined) return void response.status(422).end();
      response.json(result(found));
    };
  let calls = 0;
  const stamped = compose((value) => ({ id: ++calls, tempo: value % 97 }));
  const options = { path: '/songs?seed={seed}' };
  const post = { path: '/songs', method: 'POST', body: '{"seed":{seed}}' };
  test.each<[string, apps.Handler, string, Record<string, unknown>]>([
    ['whole numbers in the query', compose((value) => ({ tempo: value % 97 })), 'pass', options],
    ['whole numbers in a body', compose((value) => ({ tempo: value % 97 })), 'pass', post],
    ['an ID beside the result', stamped, 'differs', options],
    ['an ID that is ignored', stamped, 'pass', { ...options, ignore: ['id'] }],
    ['a seed that is not used', compose(() => ({ tempo: 90 })), 'same-for-all', options],
    [
      'a seed that is repeated and not used',
      compose((seed) => ({ seed, tempo: 90 })),
      'same-for-all',
      options,
    ],
    ['a random result', compose(() => ({ tempo: Math.random() })), 'differs', options],
    ['an empty result', (_request, response) => void response.end(), 'empty', options],
    ['no such endpoint', status(404), 'no-endpoint', options],
    ['an endpoint that refuses it', status(422), 'wrong-status', options],
    ['a limited endpoint', status(429), 'rate-limited', options],
    ['an endpoint that needs a token', status(401), 'skip', options],
  ])('%s', async (_, handler, verdict, given) => {
    expect(await verdictOf(seed, serve(json, handler), given)).toBe(verdict);
  });
});

test('user and password of the address are sent, and its path is kept', async () => {
  const seen: (string | undefined)[] = [];
  const name = serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end('ok');
  });
  const { services } = testStack;
  const url = `${server.url}/${name}`;
  const stack = { ...testStack, services: { ...services, api: { ...services.api, url } } };
  const endpoints = { api: { url: url.replace('//', '//me:s%40crt@') } };
  const verdict = await runCheck(health, { stack, over: { endpoints } });
  expect(verdict.status).toBe('pass');
  expect(seen).toEqual([`Basic ${Buffer.from('me:s@crt').toString('base64')}`]);
  expect(JSON.stringify(verdict)).not.toMatch(/s@crt|s%40crt|bWU6/);
});
