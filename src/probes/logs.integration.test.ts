import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import logStructure from '../../checks/observability/log-structure.ts';
import tracePropagates from '../../checks/observability/trace-propagates.ts';
import { systemClock } from '../base/clock.ts';
import { createSharedResources } from '../base/shared-resources.ts';
import { contextOf } from '../check/check-context.ts';
import type { CheckDefinition } from '../check/define-check.ts';
import { judgeVerdict } from '../check/judge-verdict.ts';
import { optionValues } from '../check/option.ts';
import { exampleStack, withServices } from '../check/stack.ts';
import { fileLogAccess } from '../logs/file-access.ts';
import { parseTraceparent } from '../suites/traceparent.ts';
import { createProbe, type ProbeContext } from './index.ts';
import { createLogsProbe } from './logs.ts';

/** A service that writes its log and its spans to one file, as containers do, and how it may go wrong. */
interface Behaviour {
  log?(traceId: string): string;
  span?(traceId: string, parentId: string): string;
  /** Lines and spans are written this long after the response. */
  delayMs?: number;
  returned?(traceId: string): string;
}

const nodeSpan = (traceId: string, parentId: string, service = 'meatymusic-api') =>
  `{
  resource: { attributes: { 'service.name': '${service}' } },
  instrumentationScope: { name: 'x', version: undefined, schemaUrl: undefined },
  traceId: '${traceId}',
  parentSpanContext: {
    traceId: '${traceId}',
    spanId: '${parentId}',
    traceFlags: 1,
    traceState: undefined
  },
  traceState: undefined,
  name: 'GET /health',
  id: '00f067aa0ba902b7',
  kind: 1,
  timestamp: ${Date.now() * 1000},
  duration: 848.311,
  attributes: {},
  status: { code: 0 },
  events: [],
  links: []
}
`;

const pythonSpan = (traceId: string, parentId: string) =>
  `${JSON.stringify(
    {
      name: 'GET /health',
      context: { trace_id: `0x${traceId}`, span_id: '0x00f067aa0ba902b7', trace_state: '[]' },
      kind: 'SpanKind.SERVER',
      parent_id: `0x${parentId}`,
      start_time: new Date().toISOString(),
      end_time: new Date().toISOString(),
      status: { status_code: 'UNSET' },
      attributes: {},
      resource: { attributes: { 'service.name': 'meatymusic-api' } },
    },
    null,
    4,
  )}\n`;

const line = (traceId: string) =>
  `{"level":30,"time":${Date.now()},"pid":1,"hostname":"h","trace_id":"${traceId}","msg":"GET /health"}\n`;

let folder: string;
let file: string;
let server: Server;
let behaviour: Behaviour;
let late: NodeJS.Timeout | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'observed-'));
  file = join(folder, 'api.log');
  writeFileSync(file, '');
  behaviour = {};
  server = createServer(async (request, response) => {
    const parent = parseTraceparent(String(request.headers.traceparent));
    const { traceId, parentId } = parent ?? { traceId: 'c'.repeat(32), parentId: 'd'.repeat(16) };
    const { log = line, span = nodeSpan, delayMs = 0, returned = (id) => id } = behaviour;
    const write = () => {
      const text = log(traceId) + span(traceId, parentId);
      // In two writes: a reader sees a span cut in the middle.
      appendFileSync(file, text.slice(0, -200));
      setImmediate(() => appendFileSync(file, text.slice(-200)));
    };
    if (delayMs === 0) write();
    response.setHeader('x-trace-id', returned(traceId)).end('{}');
    if (delayMs > 0) late = setTimeout(write, delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  clearTimeout(late);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

async function judge(check: unknown, options: Record<string, unknown> = {}, timeoutMs = 20_000) {
  const definition = check as CheckDefinition;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stack = withServices(exampleStack, { api: { url } });
  const signal = AbortSignal.timeout(timeoutMs);
  const end = performance.now() + timeoutMs;
  const remainingMs = () => Math.max(0, end - performance.now());
  const shared = createSharedResources();
  const context: ProbeContext = {
    signal,
    remainingMs,
    clock: systemClock,
    effects: 'none',
    stack,
    endpoints: { api: { url } },
    database: { applicationRole: '' },
    auth: {},
    logs: { api: fileLogAccess(file) },
    artifacts: { path: async (name) => join(folder, name) },
    shared,
  };
  const probes = Object.fromEntries(
    await Promise.all(
      definition.needs.map(async (name) => [name, await createProbe(name, context)] as const),
    ),
  );
  try {
    return judgeVerdict(
      definition,
      await definition.run(
        contextOf(definition, {
          probes,
          options: optionValues(definition.options ?? {}, options).values,
          stack,
          signal,
          remainingMs,
        }),
      ),
    );
  } finally {
    await shared.close();
  }
}

describe('a request followed through a service’s console', () => {
  it.each([
    ['the Node SDK', nodeSpan],
    ['the Python SDK', pythonSpan],
  ])('is found in response, log and spans printed by %s', async (_sdk, span) => {
    behaviour.span = span;
    expect(await judge(tracePropagates)).toMatchObject({
      status: 'pass',
      summary: expect.stringMatching(/1 span, 1 log line/),
    });
  });

  it('is found when log and spans come late', async () => {
    behaviour.delayMs = 700;
    expect(await judge(tracePropagates)).toMatchObject({ status: 'pass' });
  });

  it('is not found when they come after the time allowed, and the check says what it waited for', async () => {
    behaviour.delayMs = 2000;
    expect(await judge(tracePropagates, { waitMs: 200 })).toMatchObject({
      status: 'fail',
      code: 'no-spans',
      actual: expect.stringContaining(file),
    });
  });

  it('does not take the trace of an earlier run for its own', async () => {
    const earlier = '4bf92f3577b34da6a3ce929d0e0e4736';
    appendFileSync(file, line(earlier) + nodeSpan(earlier, 'd'.repeat(16)));
    behaviour = {
      log: () => line(earlier),
      span: () => nodeSpan(earlier, 'd'.repeat(16)),
      returned: () => earlier,
    };
    // All requests have the same trace, which none of them sent.
    expect(await judge(tracePropagates, { waitMs: 200 })).toMatchObject({
      status: 'fail',
      code: 'leaks-context',
    });
  });

  it.each<[string, Behaviour, string]>([
    ['the log has another trace', { log: () => line('e'.repeat(32)) }, 'not-logged'],
    ['the span hangs elsewhere', { span: (id) => nodeSpan(id, '1'.repeat(16)) }, 'broken-tree'],
    ['another service answers', { span: (id, parent) => nodeSpan(id, parent, 'someone') }, 'wrong-service'],
    [
      'the response names another trace',
      { returned: () => randomBytes(16).toString('hex') },
      'other-trace-returned',
    ],
  ])('breaks where %s', async (_what, wrong, code) => {
    behaviour = wrong;
    expect(await judge(tracePropagates, { waitMs: 400 })).toMatchObject({ status: 'fail', code });
  });

  it('finds the log structured with spans printed into it, and not with a banner', async () => {
    appendFileSync(
      file,
      line('a'.repeat(32)) +
        nodeSpan('a'.repeat(32), 'b'.repeat(16)) +
        pythonSpan('a'.repeat(32), 'b'.repeat(16)),
    );
    expect(await judge(logStructure)).toMatchObject({ status: 'pass' });
    appendFileSync(file, 'INFO:     Uvicorn running on http://127.0.0.1:8000\n');
    expect(await judge(logStructure)).toMatchObject({ status: 'fail', code: 'mixed' });
    writeFileSync(file, 'INFO:     Uvicorn running on http://127.0.0.1:8000\n');
    expect(await judge(logStructure)).toMatchObject({ status: 'fail', code: 'plain-text' });
    writeFileSync(file, '');
    expect(await judge(logStructure)).toMatchObject({ status: 'fail', code: 'empty' });
  });
});

describe('the probe of logs', () => {
  const probe = () =>
    createLogsProbe({
      signal: new AbortController().signal,
      remainingMs: () => 60_000,
      clock: systemClock,
      logs: { api: fileLogAccess(file, 'api.log') },
      shared: createSharedResources(),
    } as unknown as ProbeContext);

  it('counts what lines are, and names the first that are not structured', async () => {
    appendFileSync(
      file,
      `${line('a'.repeat(32))}plain, trace_id=${'b'.repeat(32)}\n\nlevel=info msg=x\n${nodeSpan('c'.repeat(32), 'd'.repeat(16))}{"cut":`,
    );
    expect(await probe().summarize({ service: 'api' })).toMatchObject({
      source: 'api.log',
      lines: 4,
      structured: 1,
      withTraceId: 2,
      offending: [
        { number: 2, raw: `plain, trace_id=${'b'.repeat(32)}`, structured: false },
        { number: 4, raw: 'level=info msg=x' },
        { raw: '{"cut":' },
      ],
    });
    const sinceMs = Date.now() + 1000;
    expect(await probe().summarize({ service: 'api', sinceMs })).toMatchObject({ lines: 0, offending: [] });
  });

  it('looks for what is fresh at the end of a log of 40 MB, and for all else in the whole of it', async () => {
    const old = `${line('a'.repeat(32))}${line('b'.repeat(32)).replace('GET', 'PUT')}`;
    appendFileSync(file, old);
    for (let part = 0; part < 40; part++) appendFileSync(file, `${'x'.repeat(999_999)}\n`);
    const logs = probe();
    const fresh = await logs.find({ service: 'api', traceId: 'c'.repeat(32), fresh: true });
    expect(fresh).toMatchObject({ source: 'the last 33 MB of api.log', matched: 0 });
    expect(fresh.scanned).toBeLessThan(40);
    appendFileSync(file, line('c'.repeat(32)));
    expect(await logs.find({ service: 'api', traceId: 'c'.repeat(32), fresh: true })).toMatchObject({
      matched: 1,
    });
    expect(await logs.find({ service: 'api', contains: 'PUT' })).toMatchObject({
      source: 'api.log',
      scanned: 43,
      matched: 1,
      records: [{ number: 2, traceId: 'b'.repeat(32) }],
    });
    expect(await logs.find({ service: 'api', limit: 1 })).toMatchObject({
      matched: 43,
      records: [{ number: 1 }],
    });
  });
});
