import { described, integer, mapOf, v } from '../../../base/schema.ts';
import { effectsOfMethod } from '../../../check/effects.ts';
import { exchange } from '../../../check/exchange.ts';
import type { SpanData } from '../../../check/probes.ts';
import { serviceUrl } from '../../../check/service-url.ts';
import { assertTrace, type TraceAssertion, traceAssertionSchema } from '../../../suites/trace-assertions.ts';
import { defineKind } from '../kind.ts';

export const traceKind = defineKind({
  name: 'trace',
  about: 'One request with a trace of its own, and the spans that it leaves',
  needs: ['http', 'ids', 'spans'],
  target: {
    url: described(v.string(), 'Absolute, or a path of the API'),
    method: described(v.optional(v.string(), 'GET'), 'Method'),
    'request-headers': described(v.optional(mapOf(v.string()), {}), 'Headers to send'),
    'request-body': described(v.optional(v.string()), 'Body to send'),
    assert: described(
      v.pipe(v.array(traceAssertionSchema), v.minLength(1)),
      'Claims about the spans, all of which must hold',
    ),
    'within-ms': described(v.optional(integer(1), 3000), 'How late the last span may come'),
  },
  attributes: {
    status: 'Status code of the answer',
    'span-count': 'Number of spans',
    services: 'Names of the services',
  },
  implied: { failures: { equal: [] } },
  effects: ({ method }) => effectsOfMethod(method),
  uses: ({ url }) => (url.startsWith('/') ? ['api'] : []),
  title: ({ method, url }) => `trace of ${method} ${url}`,
  async observe({ target, probes: { http, ids, spans }, stack }) {
    const examined = { count: 0, what: 'spans' };
    const can = await spans.available();
    if (!can.available) {
      return {
        attributes: {},
        examined,
        evidence: [],
        skip: { reason: 'the spans of this stack cannot be seen from here', enable: can.enable },
      };
    }
    const url = target.url.startsWith('/') ? serviceUrl(stack.services.api, target.url) : target.url;
    const { traceId, spanId, traceparent } = await ids.trace();
    const body = target['request-body'];
    const asked = await exchange(http, {
      url,
      method: target.method,
      headers: { ...target['request-headers'], traceparent },
      ...(body === undefined ? {} : { body }),
    });
    if (!asked.response) {
      return {
        attributes: {},
        examined,
        evidence: [asked.evidence],
        ...(asked.failure ? { failure: asked.failure } : {}),
      };
    }
    const end = (await ids.now()) + target['within-ms'];
    let found: SpanData[] = [];
    let failures: string[] = [];
    for (;;) {
      const leftMs = Math.max(0, end - (await ids.now()));
      found = (
        await spans.find({ traceId, atLeast: found.length + 1, withinMs: Math.min(leftMs, 500), limit: 1000 })
      ).spans;
      const results = target.assert.map((assertion) => assertTrace(found, assertion as TraceAssertion));
      failures = results.flatMap((result) => result.failures);
      if (failures.length === 0 || leftMs === 0) break;
    }
    return {
      attributes: {
        status: asked.response.status,
        'span-count': found.length,
        services: [...new Set(found.map(({ service }) => service))],
        failures,
      },
      examined: { count: found.length, what: 'spans' },
      evidence: [asked.evidence, { kind: 'spans', label: traceId, spans: found, expectedRootSpanId: spanId }],
    };
  },
});
