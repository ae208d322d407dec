/** APIs whose CORS allows what it should, or too much, each with the true verdict of every check of cors. */
import {
  always,
  byHand,
  corsOnExpress,
  corsOnFastify,
  corsOnHono,
  corsOnKoa,
  corsOnNest,
} from './cors-apis.ts';
import { allow, byRule, type CorsCase, lookAlike, methods, web } from './cors-case.ts';
import type { Untyped } from './serve.ts';

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
];
