/** APIs of other authors, each with the true verdict of every check of cors. */
import {
  addingHeader,
  always,
  byHand,
  corsOnExpress,
  corsOnFastify,
  corsOnHono,
  corsOnKoa,
  corsOnNest,
} from './cors-apis.ts';
import type { Listener, Untyped } from './serve.ts';
import type { Verdicts } from './token-table.ts';

export const web = 'https://songs.example.test';

export const corsChecks = ['allowed-origin', 'foreign-origin', 'preflight', 'errors-keep-headers'] as const;
export type CorsCheck = (typeof corsChecks)[number];

export interface CorsCase {
  name: string;
  api: Listener | Promise<Listener>;
  options?: Record<string, unknown>;
  /** The web app has the origin of the API. */
  isOneOrigin?: boolean;
  /** Of every check that `but` does not name. */
  verdict?: string;
  but?: Verdicts<CorsCheck>;
}

const allow = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-allow-methods': 'GET, PUT',
  'access-control-allow-headers': 'Authorization, Content-Type, Traceparent, X-Service-Name',
});
const byRule = (isAllowed: (origin: string) => boolean) =>
  byHand((origin) => (origin !== undefined && isAllowed(origin) ? { ...allow(origin), vary: 'Origin' } : {}));
const all = (code: string) => Object.fromEntries(corsChecks.map((check) => [check, code]));
const lookAlike = { 'foreign-origin': 'look-alike' };
const methods = ['GET', 'PUT'];
const headers = ['authorization', 'content-type', 'traceparent', 'x-service-name'];

export const corsTable: CorsCase[] = [
  // Right ones.
  { name: 'Express, one origin', api: corsOnExpress({ origin: web }) },
  {
    name: 'Express, a list with cookies',
    api: corsOnExpress({ origin: ['https://admin.example', web], credentials: true }),
    options: { credentials: true },
  },
  { name: 'Fastify, a list', api: corsOnFastify({ origin: [web], methods }) },
  { name: 'Hono, a list', api: corsOnHono({ origin: [web] }) },
  {
    name: 'Koa, a function',
    api: corsOnKoa({
      origin: (context: Untyped) => (context.get('origin') === web ? web : ''),
      keepHeadersOnError: true,
    }),
  },
  { name: 'NestJS, enableCors', api: corsOnNest({ origin: web }) },
  { name: 'a static header without Vary', api: byHand(() => allow(web)) },
  {
    name: 'no Vary in answers that no cache keeps',
    api: byHand((origin) => (origin === web ? { ...allow(web), 'cache-control': 'no-store' } : {})),
  },
  {
    name: 'POST, which needs no Allow-Methods',
    api: corsOnExpress({ origin: web, methods: [] }),
    options: { method: 'POST' },
  },
  {
    name: 'a GET without further headers, no preflight',
    api: byHand((origin, { method }) =>
      origin === web && method === 'GET' ? { ...allow(web), vary: 'Origin' } : {},
    ),
    options: { method: 'get', headers: ['accept'] },
  },
  { name: 'one origin for both, no CORS at all', api: always(200), isOneOrigin: true },
  {
    name: 'no CORS at all',
    api: corsOnExpress({ origin: false }),
    but: { 'allowed-origin': 'no-header', preflight: 'origin-missing', 'errors-keep-headers': 'header-lost' },
  },

  // Too much is allowed.
  { name: 'Express, its defaults', api: corsOnExpress(undefined), but: { 'foreign-origin': 'any-origin' } },
  {
    name: 'Express reflects with cookies',
    api: corsOnExpress({ origin: true, credentials: true }),
    but: { 'foreign-origin': 'reflected-with-credentials' },
  },
  {
    name: 'Fastify reflects',
    api: corsOnFastify({ origin: true, methods }),
    but: { 'foreign-origin': 'reflected' },
  },
  { name: 'Hono, its defaults', api: corsOnHono(), but: { 'foreign-origin': 'any-origin' } },
  {
    name: 'Koa, its defaults',
    api: corsOnKoa({ keepHeadersOnError: true }),
    but: { 'foreign-origin': 'any-origin' },
  },
  {
    name: 'NestJS, a pattern without an end',
    api: corsOnNest({ origin: /^https:\/\/songs\.example\.test/ }),
    but: lookAlike,
  },
  {
    name: 'a pattern without a beginning',
    api: corsOnExpress({ origin: /songs\.example\.test$/ }),
    but: lookAlike,
  },
  {
    name: 'a pattern with a bare dot',
    api: corsOnExpress({ origin: /^https:\/\/songs.example.test$/ }),
    but: lookAlike,
  },
  {
    name: 'any subdomain',
    api: byRule((origin) => origin === web || origin.endsWith(`.${new URL(web).hostname}`)),
    but: lookAlike,
  },
  {
    name: 'either scheme',
    api: corsOnExpress({ origin: [web, web.replace('https', 'http')] }),
    but: lookAlike,
  },
  {
    name: 'either scheme, as configured',
    api: corsOnExpress({ origin: [web, web.replace('https', 'http')] }),
    options: { alsoAllowed: [web.replace('https', 'http')] },
  },
  {
    name: 'any port',
    api: byRule(
      (origin) =>
        origin !== 'null' &&
        new URL(origin).hostname === new URL(web).hostname &&
        origin.startsWith('https:'),
    ),
    but: lookAlike,
  },
  {
    name: 'any port of localhost',
    api: byRule((origin) => /^http:\/\/localhost(:\d+)?$/.test(origin)),
    options: { origin: 'http://localhost:5173' },
    but: lookAlike,
  },
  {
    name: 'null in the list',
    api: corsOnExpress({ origin: [web, 'null'] }),
    but: { 'foreign-origin': 'null-origin' },
  },
  {
    name: 'preflights granted to all',
    api: byHand((origin, { method }) => ({
      ...allow(method === 'OPTIONS' ? String(origin) : web),
      vary: 'Origin',
    })),
    but: { 'foreign-origin': 'preflight-granted' },
  },

  // Too little is allowed.
  {
    name: 'another origin',
    api: corsOnExpress({ origin: 'https://admin.example' }),
    but: {
      'allowed-origin': 'other-origin',
      preflight: 'origin-missing',
      'errors-keep-headers': 'header-lost',
    },
  },
  {
    name: 'a slash at the end',
    api: byHand(() => allow(`${web}/`)),
    but: {
      'allowed-origin': 'other-origin',
      preflight: 'origin-missing',
      'errors-keep-headers': 'header-lost',
    },
  },
  {
    name: 'the origin in upper case',
    api: byHand(() => allow(web.toUpperCase())),
    but: {
      'allowed-origin': 'other-origin',
      preflight: 'origin-missing',
      'errors-keep-headers': 'header-lost',
    },
  },
  {
    name: 'a proxy adds the header again',
    api: addingHeader(
      byHand(() => allow(web)),
      '*',
    ),
    but: {
      'allowed-origin': 'several-values',
      preflight: 'origin-missing',
      'errors-keep-headers': 'header-lost',
      'foreign-origin': 'pass',
    },
  },
  {
    name: 'no cookies',
    api: corsOnExpress({ origin: web }),
    options: { credentials: true },
    but: {
      'allowed-origin': 'no-credentials',
      preflight: 'no-credentials',
      'errors-keep-headers': 'header-lost',
    },
  },
  {
    name: '* with cookies',
    api: corsOnExpress({ credentials: true }),
    options: { credentials: true },
    but: {
      'allowed-origin': 'no-credentials',
      preflight: 'no-credentials',
      'errors-keep-headers': 'header-lost',
      'foreign-origin': 'any-origin',
    },
  },
  {
    name: 'no Vary where the answer differs',
    api: byHand((origin) => (origin === web ? allow(web) : {})),
    but: { 'allowed-origin': 'no-vary' },
  },
  {
    name: 'methods in lower case',
    api: corsOnExpress({ origin: web, methods: 'get,put' }),
    but: { preflight: 'method-missing' },
  },
  {
    name: 'Fastify, its own methods',
    api: corsOnFastify({ origin: [web] }),
    but: { preflight: 'method-missing' },
  },
  {
    name: 'patch is not PATCH',
    api: corsOnExpress({ origin: web, methods: ['PATCH'] }),
    options: { method: 'patch' },
    but: { preflight: 'method-missing' },
  },
  {
    name: 'traceparent is missing',
    api: corsOnExpress({ origin: web, allowedHeaders: headers.slice(0, 2) }),
    but: { preflight: 'headers-missing' },
  },
  {
    name: '* does not include Authorization',
    api: corsOnExpress({ origin: web, allowedHeaders: '*' }),
    but: { preflight: 'headers-missing' },
  },
  {
    name: 'Express, CORS below one path alone',
    api: corsOnExpress({ origin: web }, { onlyBelow: '/songs' }),
    options: { path: 'songs' },
    but: { 'errors-keep-headers': 'header-lost' },
  },
  {
    name: 'Koa loses them in a 500',
    api: corsOnKoa({ origin: web, keepHeadersOnError: false }),
    options: { paths: ['boom'] },
    but: { 'errors-keep-headers': 'header-lost' },
  },

  // Nothing to judge.
  {
    name: 'cors: a path that is not there',
    api: corsOnExpress({ origin: web }),
    options: { path: 'nowhere' },
    but: { 'allowed-origin': 'no-endpoint', 'foreign-origin': 'no-endpoint', preflight: 'skip' },
  },
  {
    name: 'a path that has PUT alone',
    api: corsOnExpress({ origin: web, preflightContinue: false }),
    options: { path: 'written' },
    but: { 'allowed-origin': 'no-endpoint', 'foreign-origin': 'no-endpoint', preflight: 'skip' },
  },
  {
    name: 'no path and no CORS',
    api: always(404),
    but: { ...all('no-endpoint'), 'errors-keep-headers': 'header-lost' },
  },
  { name: 'cors: 429 for all', api: always(429, allow(web)), verdict: 'rate-limited' },
  {
    name: '429 without headers',
    api: always(429),
    verdict: 'rate-limited',
    but: { 'errors-keep-headers': 'header-lost' },
  },
  {
    name: '500 for all',
    api: always(500, allow(web)),
    but: { 'allowed-origin': 'not-judged', 'foreign-origin': 'not-judged', preflight: 'not-judged' },
  },
  { name: 'cors: no answer in time', api: () => {}, options: { withinMs: 150 }, verdict: 'timeout' },
];
