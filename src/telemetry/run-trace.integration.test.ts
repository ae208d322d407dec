import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRedactor } from '../base/redact.ts';
import { ProbeError, type Probes } from '../check/probes.ts';
import { makeCheck } from '../testing/make-check.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { startRunTrace } from './run-trace.ts';

let receiver: Server;
let endpoint: string;
let received: { path: string; headers: IncomingHttpHeaders; body: Buffer }[];

beforeEach(async () => {
  received = [];
  receiver = createServer(async (request: IncomingMessage, response) => {
    received.push({ path: request.url ?? '', headers: request.headers, body: await buffer(request) });
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
afterEach(() => {
  receiver.closeAllConnections();
  return new Promise((resolve) => receiver.close(resolve));
});

const start = (env: Record<string, string> = {}) =>
  startRunTrace(
    { MEATYMUSIC_OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env },
    '1.2.3',
    createRedactor('hunter22'),
  );

describe('startRunTrace', () => {
  it('does nothing without its own endpoint, whatever the one of the stack', async () => {
    expect(
      await startRunTrace({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, '1.2.3', createRedactor()),
    ).toBeUndefined();
  });

  it('sends run, checks, attempts and probes', async () => {
    const trace = await start();
    const http = { request: () => Promise.reject(new ProbeError('ECONNRESET', 'it hung up on hunter22')) };
    const open = trace!.watch(() => ({ probes: { http } as unknown as Partial<Probes>, close() {} }));
    const check = makeCheck({ id: 'database/connects', needs: ['http'] });
    const scope = {
      check,
      number: 1,
      signal: new AbortController().signal,
      remainingMs: () => 1000,
      progress() {},
      refuse() {},
      hinder() {},
      outOfTime() {},
      timeoutMs: 5000,
      giveBack() {},
    };
    const { probes } = await open(scope);
    await expect(probes.http?.request({ url: 'http://x/' })).rejects.toThrow('it hung up');
    expect(await trace!.finish(sampleResults.trouble!)).toBeUndefined();
    expect(received.map(({ path }) => path)).toEqual(['/v1/traces']);
    const text = received[0]!.body.toString('latin1');
    for (const part of [
      'verify',
      'database/connects',
      'attempt',
      'http.request',
      'ECONNRESET',
      'meatymusic.exit_code',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toContain('it hung up on [redacted]');
  });

  it('sends its own headers, and never those for the receiver of the stack', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-stack=secret');
    vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'x-stack-traces=secret');
    const trace = await start({
      MEATYMUSIC_OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20own, x-team=a=b',
    });
    expect(process.env.OTEL_EXPORTER_OTLP_HEADERS).toBe('x-stack=secret');
    vi.unstubAllEnvs();
    expect(await trace!.finish(sampleResults.trouble!)).toBeUndefined();
    const { headers } = received[0]!;
    expect([headers.authorization, headers['x-team']]).toEqual(['Bearer own', 'a=b']);
    expect(Object.keys(headers).filter((name) => name.startsWith('x-stack'))).toEqual([]);
  });

  it('continues the trace of a CI job', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const trace = await start({ TRACEPARENT: `00-${traceId}-b7ad6b7169203331-01` });
    expect(trace!.traceId).toBe(traceId);
    await trace!.finish(sampleResults['all-well']!);
    expect(received[0]!.body.includes(Buffer.from(traceId, 'hex'))).toBe(true);
    expect(received[0]!.body.includes(Buffer.from('b7ad6b7169203331', 'hex'))).toBe(true);
  });

  it.each([
    'nonsense',
    `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
    `ff-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  ])('begins a trace of its own for the TRACEPARENT %s', async (traceparent) => {
    const trace = await start({ TRACEPARENT: traceparent });
    expect(trace!.traceId).toMatch(/^(?!0+$)(?!a+$)[0-9a-f]{32}$/);
    await trace!.finish(sampleResults['all-well']!);
  });

  it('says why the spans did not arrive, and does not wait for long', async () => {
    receiver.closeAllConnections();
    await new Promise((resolve) => receiver.close(resolve));
    const trace = await start();
    expect(await trace!.finish(sampleResults['all-well']!)).toMatch(/ECONNREFUSED|not sent within/);
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  });
});
