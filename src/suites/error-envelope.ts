import { integer, v } from '../base/schema.ts';
import { type CheckDefinition, defineCheck } from '../check/define-check.ts';
import { effectsOfMethod } from '../check/effects.ts';
import { exchange } from '../check/exchange.ts';
import { firstAt, parseJson } from '../check/json-path.ts';
import { option } from '../check/option.ts';
import type { HttpRequest, HttpResponse } from '../check/probes.ts';

export const envelopeOptions = {
  codePaths: option(
    v.array(v.string()),
    ['error.code', 'code', 'error_code', 'error.type'],
    'Where the envelope has its code, first match',
  ),
  messagePaths: option(
    v.array(v.string()),
    ['error.message', 'message', 'detail', 'error_description'],
    'Where the envelope has its message',
  ),
  traceIdPaths: option(
    v.array(v.string()),
    ['error.trace_id', 'trace_id', 'error.traceId', 'traceId', 'error.request_id', 'request_id'],
    'Where the envelope has its trace ID',
  ),
};

export const envelopeCodes = {
  unreachable: { means: 'nothing answers', hint: 'meatymusic status; meatymusic logs api' },
  'wrong-status': { means: 'the status does not fit', hint: 'meatymusic logs api --since 5m' },
  'no-endpoint': {
    means: 'there is nothing at this path that could fail so',
    hint: 'name an endpoint of this API in the option path of this check',
  },
  'not-an-envelope': {
    means: 'the body is no error envelope in JSON with a code and a message',
    hint: 'give every error the one shape, those of the framework and of unknown paths too',
  },
  'no-trace-id': {
    means: 'the envelope has no trace ID',
    hint: 'put the trace ID of the request into every error',
  },
  'other-trace-id': {
    means: 'the trace ID is not the one of the request',
    hint: 'continue the traceparent of the request before anything can fail',
  },
  'internals-shown': {
    means: 'the answer shows internals: a stack, SQL, a file, an address',
    hint: 'log the cause with its trace ID, and send none of it to the caller',
  },
} as const;

export type EnvelopeCode = keyof typeof envelopeCodes;

/** Patterns of internals that must not be in an answer, by name. */
const internals: [what: string, pattern: RegExp][] = [
  ['a stack trace', /\n\s+at .+:\d+:\d+|Traceback \(most recent call last\)|File "[^"]+", line \d+/],
  ['SQL', /\b(select\s.+\sfrom|insert\s+into|update\s.+\sset|delete\s+from)\s/i],
  [
    'a path of the server',
    /node_modules|site-packages|(?:^|["'\s(])\/(?:home|usr|opt|srv|var|app|root)\/[\w.-]+/,
  ],
  ['a system error', /\b(ECONNREFUSED|ETIMEDOUT|ENOTFOUND|SQLSTATE|psycopg|asyncpg|sqlalchemy|ioredis)\b/i],
  ['a connection string', /\b(postgres(ql)?|rediss?):\/\//i],
];

export interface JudgedError {
  code?: EnvelopeCode;
  expected: string;
  actual: string;
}

/** Judges one error answer; `code` is absent where all is well. */
export function judgeErrorEnvelope(
  response: HttpResponse,
  {
    statuses,
    traceId,
    paths,
  }: { statuses: readonly number[]; traceId: string; paths: Record<keyof typeof envelopeOptions, string[]> },
): JudgedError {
  const status = statuses.length === 1 ? `${statuses[0]}` : `one of ${statuses.join(', ')}`;
  const expected = `${status} with an envelope: code, message, trace ID, no internals`;
  const wrong = (code: EnvelopeCode, actual: string): JudgedError => ({ code, expected, actual });
  if (!statuses.includes(response.status))
    return wrong(response.status === 404 ? 'no-endpoint' : 'wrong-status', `it answers ${response.status}`);
  const body = parseJson(response.body);
  const code = firstAt(body, paths.codePaths);
  const message = firstAt(body, paths.messagePaths);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return wrong(
      'not-an-envelope',
      `its body is ${response.body === '' ? 'empty' : `no JSON object (${response.headers['content-type'] ?? 'no content type'})`}`,
    );
  }
  if (!code || !message) return wrong('not-an-envelope', `its JSON has no ${code ? 'message' : 'code'}`);
  const shown = internals.find(
    ([, pattern]) => pattern.test(response.body) || pattern.test(String(message.value)),
  );
  if (shown) return wrong('internals-shown', `it shows ${shown[0]}`);
  const given = firstAt(body, paths.traceIdPaths);
  if (!given || given.value === '') return wrong('no-trace-id', 'its JSON has no trace ID');
  const id = String(given.value).replace(/^0x/i, '').toLowerCase();
  if (/^[\da-f]{32}$/.test(id) && id !== traceId)
    return wrong('other-trace-id', `${given.path} is ${id}, not ${traceId}`);
  return { expected, actual: `${response.status} ${String(code.value)}` };
}

export interface ErrorCheckTexts {
  title: string;
  failureTitle: string;
  why: string;
  statuses: number[];
  /** Path, method, headers and body that provoke the error; path and method are options. */
  request: Omit<HttpRequest, 'url'> & { path: string };
  /** Sends this many bytes instead of the body. */
  bodyBytes?: number;
  /** With a token if one is available. */
  withToken?: boolean;
}

const errorOptions = ({ request, statuses, bodyBytes = 0 }: ErrorCheckTexts) => ({
  path: option(v.string(), request.path, 'Path of the request that provokes the error'),
  method: option(v.string(), request.method ?? 'GET', 'Its method'),
  statuses: option(v.array(integer()), statuses, 'Statuses that fit'),
  bodyBytes: option(integer(), bodyBytes, 'Size of the body that is sent; 0: a small one'),
  ...envelopeOptions,
});

/** Returns a check that one kind of error has its status and the error envelope. */
export function errorCheck(
  texts: ErrorCheckTexts,
): CheckDefinition<ReturnType<typeof errorOptions>, 'http' | 'ids', EnvelopeCode> {
  const { path, method } = texts.request;
  const change = { path: new URL(path, 'http://x').pathname, ...(method ? { method } : {}) };
  return defineCheck({
    title: texts.title,
    failureTitle: texts.failureTitle,
    why: texts.why,
    after: ['api/health'],
    needs: ['http', 'ids'],
    uses: ['api'],
    effects: ({ method }) => effectsOfMethod(method),
    tags: ['contract', 'errors'],
    options: errorOptions(texts),
    codes: envelopeCodes,
    sabotage: [
      {
        name: 'it answers 200',
        code: 'wrong-status',
        kind: 'http',
        service: 'api',
        change: { ...change, status: 200 },
      },
      {
        name: 'it answers in HTML',
        code: 'not-an-envelope',
        kind: 'http',
        service: 'api',
        change: { ...change, body: '<h1>Error</h1>' },
      },
      {
        name: 'the trace ID is missing',
        code: 'no-trace-id',
        kind: 'http',
        service: 'api',
        change: { ...change, replaceInBody: ['trace_id', 'other'] },
      },
      {
        name: 'it shows a stack',
        code: 'internals-shown',
        kind: 'http',
        service: 'api',
        change: {
          ...change,
          replaceInBody: ['"message":"', '"message":"Error\\n    at run (/app/src/main.js:1:2) '],
        },
      },
    ],
    async run({ http, ids, stack, options, pass, fail, skip }) {
      const url = new URL(options.path, stack.services.api.url).href;
      const { traceId, traceparent } = await ids.trace();
      const token = texts.withToken ? await ids.token({ kind: 'valid' }) : undefined;
      const { request } = texts;
      const body = options.bodyBytes > 0 ? `{"seed":"${'x'.repeat(options.bodyBytes)}"}` : request.body;
      const asked = await exchange(
        http,
        {
          url,
          method: options.method,
          headers: {
            ...request.headers,
            traceparent,
            ...(token?.available ? { authorization: `Bearer ${token.token}` } : {}),
          },
          ...(body === undefined ? {} : { body }),
        },
        `${options.method} ${options.path}`,
      );
      const evidence = [asked.evidence];
      if (!asked.response) {
        return fail('unreachable', {
          expected: `${options.statuses.join(' or ')} from ${url}`,
          actual: asked.actual,
          evidence,
        });
      }
      if (token && !token.available && asked.response.status === 401) {
        return skip('the request needs a token, and there is none that this API accepts', token.enable);
      }
      const { code, expected, actual } = judgeErrorEnvelope(asked.response, {
        statuses: options.statuses,
        traceId,
        paths: options,
      });
      if (code) return fail(code, { expected: `${options.method} ${url}: ${expected}`, actual, evidence });
      return pass(actual, { count: 1, what: 'error response' }, evidence);
    },
  });
}
