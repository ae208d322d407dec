/** APIs whose CORS allows too little, or on which nothing can be judged. */
import { addingHeader, always, byHand, corsOnExpress, corsOnFastify, corsOnKoa } from './cors-apis.ts';
import { all, allow, type CorsCase, headers, web } from './cors-case.ts';

export const strictCorsTable: CorsCase[] = [
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
