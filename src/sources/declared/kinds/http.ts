import { described, integer, mapOf, number, v } from '../../../base/schema.ts';
import { effectsOfMethod } from '../../../check/effects.ts';
import type { Evidence } from '../../../check/evidence.ts';
import type { HttpRequest, HttpResponse } from '../../../check/probes.ts';
import { serviceUrl } from '../../../check/service-url.ts';
import { defineKind } from '../kind.ts';
import { TextLines } from '../matchers/text-lines.ts';
import { followRedirects } from './follow-redirects.ts';

const headers = v.union([mapOf(v.union([v.string(), number()])), v.array(v.string())]);
const maxRedirects = 10;

export const httpKind = defineKind({
  name: 'http',
  about: 'An HTTP request and its answer',
  needs: ['http'],
  target: {
    url: described(v.string(), 'Absolute, or a path of the service'),
    service: described(
      v.optional(v.picklist(['api', 'web']), 'api'),
      'Whose path it is, where the URL is only a path',
    ),
    method: described(v.optional(v.string(), 'GET'), 'Method'),
    'request-headers': described(v.optional(headers), 'Headers to send: a map, or a list of "Name: value"'),
    'request-body': described(v.optional(v.string()), 'Body to send'),
    'follow-redirects': described(
      v.optional(v.boolean(), false),
      'Whether redirects are followed, ten at most; credentials are not sent to another origin',
    ),
    'allow-insecure': described(v.optional(v.boolean(), false), 'Take a certificate that is not trusted'),
    'ca-file': described(v.optional(v.string()), 'PEM file of the authorities to trust'),
    'cert-file': described(v.optional(v.string()), 'PEM file of a certificate to show'),
    'key-file': described(v.optional(v.string()), 'PEM file of its key'),
    'request-timeout': described(v.optional(integer(1)), 'Milliseconds for the request'),
  },
  attributes: {
    status: 'Status code',
    headers: 'Header lines `Name: value`, or a map of lower-case names',
    body: 'Decoded body',
    'duration-ms': 'Milliseconds until the answer was complete',
    address: 'The address that was dialled',
    'final-url': 'The last URL, after redirects',
    reachable: 'Whether an answer came',
  },
  // A file is read in one piece, and it may be a pipe.
  isBounded: (target) => !target['ca-file'] && !target['cert-file'] && !target['key-file'],
  effects: ({ method }) => effectsOfMethod(method),
  uses: (target) => (target.url.startsWith('/') ? [target.service] : []),
  title: (target) => `${target.method} ${target.url}`,
  async observe({ target, probes: { http }, stack, expected }) {
    const url = target.url.startsWith('/')
      ? serviceUrl(stack.services[target.service], target.url)
      : target.url;
    const request: HttpRequest = {
      url,
      method: target.method,
      ...(target['request-headers'] ? { headers: headerMap(target['request-headers']) } : {}),
      ...(target['request-body'] === undefined ? {} : { body: target['request-body'] }),
      ...tlsOf(target),
      ...(target['request-timeout'] ? { timeoutMs: target['request-timeout'] } : {}),
    };
    const { asked, lastUrl } = await followRedirects(
      http,
      request,
      target['follow-redirects'] ? maxRedirects : 0,
    );
    const { response, failure, evidence } = asked;
    const examined = { count: 1, what: 'response' };
    if (!response) {
      return {
        attributes: { reachable: false },
        examined,
        evidence: [evidence],
        ...(failure ? { failure } : {}),
      };
    }
    return {
      attributes: {
        reachable: true,
        status: response.status,
        headers: response.headers,
        'header-lines': expected.has('header-lines') ? headerLines(response) : undefined,
        body: new TextLines(response.body),
        'duration-ms': response.durationMs,
        address: response.address,
        'final-url': lastUrl,
      },
      examined,
      ...(response.status >= 300 && response.status < 400 ? { note: asked.actual } : {}),
      evidence: [lean(evidence)],
    };
  },
});

function headerLines({ rawHeaders }: HttpResponse): TextLines {
  return new TextLines(rawHeaders.map(([name, value]) => `${canonical(name)}: ${value}`).join('\n'));
}

function tlsOf(target: {
  'allow-insecure': boolean;
  'ca-file'?: string | undefined;
  'cert-file'?: string | undefined;
  'key-file'?: string | undefined;
}): Pick<HttpRequest, 'tls'> {
  const tls = {
    ...(target['ca-file'] ? { caFile: target['ca-file'] } : {}),
    ...(target['cert-file'] ? { certFile: target['cert-file'] } : {}),
    ...(target['key-file'] ? { keyFile: target['key-file'] } : {}),
    ...(target['allow-insecure'] ? { allowUntrusted: true } : {}),
  };
  return Object.keys(tls).length > 0 ? { tls } : {};
}

/** `content-type` → `Content-Type`: servers differ in how they write names, and lines are compared by their letters. */
function canonical(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

/** Ten thousand answers are kept until the report is made: the headers once are enough. */
function lean(evidence: Evidence): Evidence {
  if (evidence.kind !== 'http' || !evidence.exchange.response) return evidence;
  const { request, response } = evidence.exchange;
  return { ...evidence, exchange: { request, response: { ...response, rawHeaders: [] } } };
}

function headerMap(given: v.InferOutput<typeof headers>): Record<string, string> {
  if (!Array.isArray(given))
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
  return Object.fromEntries(
    given.map((line) => {
      const at = line.indexOf(':');
      return at < 0 ? [line.trim(), ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}
