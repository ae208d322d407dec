import { once } from 'node:events';
import { appendFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterEach, describe, expect, it } from 'vitest';
import type { SpanData } from '../../check/probes.ts';
import { encodeSpan } from '../../testing/encode-span.ts';
import { type OtlpReceiver, type OtlpReceiverOptions, startOtlpReceiver } from './receiver.ts';
import { createSpanFileWriter, spanFileAccess } from './span-file.ts';

const traceId = '5b8efff798038103d269b633813fc60c';
const spanId = 'eee19b7ec3c1b174';

function jsonRequest(span: Record<string, unknown> = {}): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'api' } }] },
        scopeSpans: [
          {
            scope: { name: 's' },
            spans: [
              {
                traceId,
                spanId,
                name: 'GET /',
                kind: 2,
                startTimeUnixNano: '1544712660300000001',
                endTimeUnixNano: '1544712660312000001',
                ...span,
              },
            ],
          },
        ],
      },
    ],
  });
}

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: OtlpReceiverOptions = {}) {
  const receiver = await startOtlpReceiver({ grpcPort: false, ...options });
  cleanups.push(() => receiver.close());
  const post = (body: string | Uint8Array, headers: Record<string, string> = {}, path = '/v1/traces') =>
    fetch(`${receiver.httpUrl}${path}`, {
      method: 'POST',
      body: body as string,
      headers: { 'content-type': 'application/json', ...headers },
    });
  /** What every bad request is followed by: the receiver must still be there. */
  const nextSpanArrives = async () => {
    const before = receiver.access.collected().length;
    expect((await post(jsonRequest())).status).toBe(200);
    expect(receiver.access.collected()).toHaveLength(before + 1);
  };
  return { receiver, post, nextSpanArrives };
}

function open(receiver: OtlpReceiver): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(receiver.httpUrl).port), '127.0.0.1', () => resolve(socket));
    socket.on('error', () => {});
    cleanups.push(() => {
      socket.destroy();
    });
  });
}

describe('the OTLP receiver over HTTP', () => {
  it('takes JSON at /v1/traces and at the endpoint as it is written', async () => {
    const { receiver, post } = await start();
    for (const path of ['/v1/traces', '/', '/v1/traces?x=1']) {
      const response = await post(jsonRequest(), {}, path);
      expect([response.status, await response.text()]).toEqual([200, '{}']);
    }
    expect(receiver.access.collected()).toHaveLength(3);
    expect(receiver.access.collected()[0]).toEqual<SpanData>({
      traceId,
      spanId,
      name: 'GET /',
      kind: 'server',
      service: 'api',
      traceState: '',
      startMs: 1544712660300,
      durationMs: 12,
      status: 'unset',
      attributes: {},
    });
  });

  it('takes what the OpenTelemetry SDK exports as protobuf, compressed or not', async () => {
    for (const compression of ['none', 'gzip'] as const) {
      const { receiver } = await start();
      const exporter = new OTLPTraceExporter({
        url: `${receiver.httpUrl}/v1/traces`,
        compression: compression as never,
      });
      const provider = new NodeTracerProvider({
        resource: resourceFromAttributes({ 'service.name': 'meatymusic-api' }),
        spanProcessors: [new SimpleSpanProcessor(exporter)],
      });
      const span = provider
        .getTracer('t')
        .startSpan('GET /x', { kind: 1, attributes: { n: 7, f: 1.5, s: 'é', b: true, l: ['a', 'b'] } });
      span.setStatus({ code: 2 });
      span.end();
      await provider.forceFlush();
      await provider.shutdown();
      expect(receiver.access.collected()).toEqual([
        expect.objectContaining({
          traceId: span.spanContext().traceId,
          spanId: span.spanContext().spanId,
          name: 'GET /x',
          kind: 'server',
          service: 'meatymusic-api',
          status: 'error',
          attributes: { n: 7, f: 1.5, s: 'é', b: true, l: ['a', 'b'] },
        }),
      ]);
      expect(Math.abs(receiver.access.collected()[0]!.startMs - Date.now())).toBeLessThan(60_000);
    }
  });

  it('takes compressed JSON', async () => {
    const { receiver, post } = await start();
    expect((await post(gzipSync(jsonRequest()), { 'content-encoding': 'gzip' })).status).toBe(200);
    expect(receiver.access.collected()).toHaveLength(1);
  });

  it('refuses a bomb with 413, before and after decompression, and takes the next span', async () => {
    const { post, nextSpanArrives } = await start({ limits: { maxBodyBytes: 1024 * 1024 } });
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(1024 * 1024);
    expect((await post(bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await post('x'.repeat(1024 * 1024 + 1))).status).toBe(413);
    await nextSpanArrives();
  });

  it.each([
    ['a wrong content type', 415, 'POST', { 'content-type': 'text/plain' }, '{}'],
    ['an unknown compression', 415, 'POST', { 'content-encoding': 'br' }, '{}'],
    ['GET', 405, 'GET', {}, undefined],
    ['PUT', 405, 'PUT', {}, '{}'],
    ['broken JSON', 400, 'POST', {}, '{"resourceSpans": ['],
    ['JSON of another shape', 400, 'POST', {}, '{"resourceSpans": 5}'],
    ['a list', 400, 'POST', {}, '[]'],
    ['broken compression', 400, 'POST', { 'content-encoding': 'gzip' }, 'no gzip'],
    ['broken protobuf', 400, 'POST', { 'content-type': 'application/x-protobuf' }, '\u000a\u00ffxx'],
    ['an all-zero trace ID', 400, 'POST', {}, jsonRequest({ traceId: '0'.repeat(32) })],
    ['a short span ID', 400, 'POST', {}, jsonRequest({ spanId: 'abc' })],
    ['a time that is none', 400, 'POST', {}, jsonRequest({ startTimeUnixNano: 'now' })],
  ])('answers %s with %i, and takes the next span', async (_what, status, method, headers, body) => {
    const { receiver, nextSpanArrives } = await start();
    const response = await fetch(`${receiver.httpUrl}/v1/traces`, {
      method,
      headers: { 'content-type': 'application/json', ...headers } as Record<string, string>,
      ...(body === undefined ? {} : { body }),
    });
    expect(response.status).toBe(status);
    if (status === 405) expect(response.headers.get('allow')).toBe('POST');
    expect(receiver.access.collected()).toHaveLength(0);
    await nextSpanArrives();
  });

  it('does not know other paths, and takes other signals without keeping them', async () => {
    const { receiver, post } = await start();
    expect((await post('{}', {}, '/admin')).status).toBe(404);
    expect((await post('{"resourceLogs":[]}', {}, '/v1/logs')).status).toBe(200);
    expect(receiver.access.collected()).toHaveLength(0);
  });

  it('accepts upper-case identifiers, ignores unknown fields, and keeps integers of 64 bits exact', async () => {
    const { receiver, post } = await start();
    const body = jsonRequest({
      traceId: traceId.toUpperCase(),
      parentSpanId: 'EEE19B7EC3C1B175',
      newField: { a: [1] },
      attributes: [
        { key: 'quoted', value: { intValue: '9007199254740993' } },
        { key: 'small', value: { intValue: '42' } },
        { key: 'text', value: { stringValue: '12345678901234567890 "quoted"' } },
      ],
    }).replace('"42"', '9223372036854775807');
    expect((await post(body)).status).toBe(200);
    expect(receiver.access.collected()[0]).toMatchObject({
      traceId,
      parentSpanId: 'eee19b7ec3c1b175',
      attributes: {
        quoted: '9007199254740993',
        small: '9223372036854775807',
        text: '12345678901234567890 "quoted"',
      },
    });
  });

  it('drops a body that does not come, and takes the next span', async () => {
    const { receiver, nextSpanArrives } = await start({ limits: { requestTimeoutMs: 200 } });
    const slow = await open(receiver);
    slow.write(
      'POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    );
    const [answer] = (await once(slow, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 408 /);
    await nextSpanArrives();
  });

  it('takes the next span while 1,000 connections are held open', async () => {
    const { receiver, nextSpanArrives } = await start({ limits: { maxConnections: 100 } });
    await Promise.all(Array.from({ length: 1000 }, () => open(receiver)));
    await nextSpanArrives();
  });

  it('ends at once although connections are open', async () => {
    const { receiver } = await start();
    const socket = await open(receiver);
    const closed = once(socket, 'close');
    await receiver.close();
    await closed;
  });

  it.each([
    ['http://localhost:3000', 200],
    ['http://127.0.0.1:3000', 200],
    ['https://app.localhost', 200],
    ['https://example.com', 403],
    ['http://localhost.example.com', 403],
    ['null', 403],
    ['file://', 403],
  ])('answers a page of the origin %s with %i', async (origin, status) => {
    const { receiver, post, nextSpanArrives } = await start();
    const exported = await post(jsonRequest(), { origin });
    const preflight = await fetch(`${receiver.httpUrl}/v1/traces`, {
      method: 'OPTIONS',
      headers: { origin },
    });
    const allowed = status === 200 ? origin : null;
    expect([exported.status, preflight.status]).toEqual([status, status === 200 ? 204 : 403]);
    for (const { headers } of [exported, preflight])
      expect(headers.get('access-control-allow-origin')).toBe(allowed);
    expect(receiver.access.collected()).toHaveLength(status === 200 ? 1 : 0);
    await nextSpanArrives();
  });

  it.each([
    ['localhost', 200],
    ['[::1]:4318', 200],
    ['rebound.example:4318', 403],
  ])('answers a request for the host "%s" with %i', async (host, status) => {
    const { receiver, nextSpanArrives } = await start();
    const body = jsonRequest();
    const headers = { host, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const call = request(`${receiver.httpUrl}/v1/traces`, { method: 'POST', headers, agent: false });
    const answered = once(call, 'response') as Promise<[IncomingMessage]>;
    call.end(body);
    const [response] = await answered;
    response.resume();
    expect(response.statusCode).toBe(status);
    expect(receiver.access.collected()).toHaveLength(status === 200 ? 1 : 0);
    await nextSpanArrives();
  });

  it('answers under further names that it was given', async () => {
    const { receiver } = await start({ names: ['collector'] });
    const call = request(receiver.httpUrl, { headers: { host: 'collector:4318' }, agent: false }).end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(405);
  });
});

describe('the OTLP receiver over gRPC', () => {
  it('takes spans, and refuses what is none', async () => {
    const { receiver } = await start({ grpcPort: 0 });
    const { Client, credentials } = await import('@grpc/grpc-js');
    const client = new Client(receiver.grpcUrl.replace('http://', ''), credentials.createInsecure());
    cleanups.push(() => client.close());
    const gzip = new Client(receiver.grpcUrl.replace('http://', ''), credentials.createInsecure(), {
      'grpc.default_compression_algorithm': 2,
    });
    cleanups.push(() => gzip.close());
    const send = (body: Buffer, service = 'trace.v1.TraceService', by = client) =>
      new Promise<number>((resolve) => {
        by.makeUnaryRequest(
          `/opentelemetry.proto.collector.${service}/Export`,
          (bytes: Buffer) => bytes,
          (bytes: Buffer) => bytes,
          body,
          (error) => resolve(error?.code ?? 0),
        );
      });
    const body = await encodeSpan({ traceId, name: 'over gRPC' });
    expect(await send(Buffer.from('\u000a\u00ffxx'))).toBe(3);
    expect(await send(Buffer.alloc(9 * 1024 * 1024))).toBe(8);
    expect(await send(Buffer.alloc(100 * 1024 * 1024), undefined, gzip)).toBe(8);
    expect(await send(Buffer.from(body), undefined, gzip)).toBe(0);
    expect(await send(Buffer.from(body), 'metrics.v1.MetricsService')).toBe(0);
    expect(await send(Buffer.from(body), 'other.v1.Service')).toBe(12);
    expect(receiver.access.collected()).toMatchObject([{ name: 'over gRPC', traceId, service: '' }]);
  });
});

describe('the :authority of a call over gRPC', () => {
  it.each([
    ['localhost:4317', 0],
    ['collector:4317', 0],
    ['rebound.example:4317', 7],
  ])('%s gets %i', async (authority, code) => {
    const { receiver } = await start({ grpcPort: 0, names: ['collector'] });
    const { Client, credentials } = await import('@grpc/grpc-js');
    const client = new Client(receiver.grpcUrl.replace('http://', ''), credentials.createInsecure(), {
      'grpc.default_authority': authority,
    });
    cleanups.push(() => client.close());
    const body = Buffer.from(await encodeSpan({ traceId, name: 'over gRPC' }));
    const answered = await new Promise<number>((resolve) => {
      client.makeUnaryRequest(
        '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        body,
        (error) => resolve(error?.code ?? 0),
      );
    });
    expect(answered).toBe(code);
    expect(receiver.access.collected()).toHaveLength(code === 0 ? 1 : 0);
  });
});

describe('the file of spans', () => {
  it('is read on from where the last look ended', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spans-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'spans.jsonl');
    const access = spanFileAccess(path);
    expect(access.collected()).toEqual([]);
    const writer = createSpanFileWriter(path);
    const { post } = await start({ onSpans: (spans) => writer.write(spans) });
    for (const name of ['one', 'two']) {
      await post(jsonRequest({ name }));
      await writer.flush();
      expect(access.collected().at(-1)?.name).toBe(name);
    }
    expect(access.collected().map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('is read to its end after it was set aside, and what is no span in it is passed over', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spans-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'spans.jsonl');
    const line = (name: string) => `${JSON.stringify({ traceId, spanId, name, startMs: 1 })}\n`;
    writeFileSync(path, line('one'));
    const access = spanFileAccess(path);
    expect(access.collected()).toHaveLength(1);
    appendFileSync(path, `{"traceId":"5b8e\n7\nnull\n${line('two')}`);
    renameSync(path, `${path}.1`);
    writeFileSync(path, line('three'));
    expect(access.collected().map(({ name }) => name)).toEqual(['one', 'two', 'three']);
  });

  it('is not read through a link', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spans-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'other'), `${JSON.stringify({ traceId, spanId, name: 'x', startMs: 1 })}\n`);
    symlinkSync(join(folder, 'other'), join(folder, 'spans.jsonl'));
    expect(spanFileAccess(join(folder, 'spans.jsonl')).collected()).toEqual([]);
  });
});
