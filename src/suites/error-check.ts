import { integer, v } from '../base/schema.ts';
import { type CheckDefinition, defineCheck } from '../check/define-check.ts';
import { effectsOfMethod } from '../check/effects.ts';
import { option } from '../check/option.ts';
import type { HttpRequest } from '../check/probes.ts';
import { serviceUrl } from '../check/service-url.ts';
import { codeOfFailure, exchangeWithToken, noToken } from './endpoint-answer.ts';
import { type EnvelopeCode, envelopeCodes, envelopeOptions, judgeErrorEnvelope } from './error-envelope.ts';

export interface ErrorCheckTexts {
  title: string;
  failureTitle: string;
  why: string;
  statuses: number[];
  /** Path, method, headers and body that provoke the error; path and method are options. */
  request: Omit<HttpRequest, 'url'> & { path: string };
  /** Sends this many bytes instead of the body. */
  bodyBytes?: number;
}

const errorOptions = ({ request, statuses, bodyBytes = 0 }: ErrorCheckTexts) => ({
  path: option(v.string(), request.path, 'Path of the request that provokes the error'),
  method: option(v.string(), request.method ?? 'GET', 'Its method'),
  statuses: option(v.array(integer()), statuses, 'Accepted statuses'),
  bodyBytes: option(integer(), bodyBytes, 'Size of the body to send, in bytes; 0: a small body'),
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
      const url = serviceUrl(stack.services.api, options.path);
      const { traceId, traceparent } = await ids.trace();
      const { request } = texts;
      const body = options.bodyBytes > 0 ? `{"seed":"${'x'.repeat(options.bodyBytes)}"}` : request.body;
      const asked = await exchangeWithToken(
        { http, ids },
        {
          url,
          method: options.method,
          headers: { ...request.headers, traceparent },
          ...(body === undefined ? {} : { body }),
        },
        `${options.method} ${options.path}`,
      );
      const evidence = [asked.evidence];
      if (!asked.response) {
        return fail(codeOfFailure(asked.failure), {
          expected: `${options.statuses.join(' or ')} from ${url}`,
          actual: asked.actual,
          evidence,
        });
      }
      if (asked.missingToken && !options.statuses.includes(401)) {
        return skip(noToken, asked.missingToken.enable);
      }
      const { code, expected, actual } = judgeErrorEnvelope(asked.response, {
        url,
        statuses: options.statuses,
        traceId,
        paths: options,
      });
      if (code) return fail(code, { expected: `${options.method} ${url}: ${expected}`, actual, evidence });
      return pass(actual, { count: 1, what: 'error response' }, evidence);
    },
  });
}
