import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type OtlpReceiver, startOtlpReceiver } from '../probes/otlp/receiver.ts';
import { makeProject, notBuilt, type TestProject } from '../testing/project.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const jobSpanId = 'b7ad6b7169203331';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function externalProject(apiUrl: string): Promise<TestProject> {
  const off = { enabled: false };
  const services = { api: { url: apiUrl }, web: off, database: off, cache: off };
  const project = await makeProject({ runtime: 'external', services });
  cleanups.push(() => project.remove());
  return project;
}

async function receiver(): Promise<OtlpReceiver> {
  const started = await startOtlpReceiver({ grpcPort: false });
  cleanups.push(() => started.close());
  return started;
}

describe.skipIf(notBuilt)(`the trace of a run${notBuilt ? ` (${notBuilt})` : ''}`, () => {
  it('is sent by the built command line, continues the trace of the job, and does not reach the stack', async () => {
    const headers: (string | undefined)[] = [];
    const api = createServer((request, response) => {
      headers.push(request.headers.traceparent as string | undefined);
      response.end('{}');
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => api.close());
    const project = await externalProject(`http://127.0.0.1:${(api.address() as AddressInfo).port}`);
    const own = await receiver();
    const result = await project.run(
      ['verify', 'api/health', 'observability/w3c-traceparent', '--reporter', 'json'],
      {
        MEATYMUSIC_OTEL_EXPORTER_OTLP_ENDPOINT: own.httpUrl,
        TRACEPARENT: `00-${traceId}-${jobSpanId}-01`,
      },
    );
    expect(result.stderr).not.toContain('not sent');
    const spans = own.access.collected();
    expect(new Set(spans.map((span) => `${span.service} ${span.traceId}`))).toEqual(
      new Set([`meatymusic ${traceId}`]),
    );
    const parentOf = (name: string) => {
      const span = spans.find((each) => each.name === name);
      return spans.find(({ spanId }) => spanId === span?.parentSpanId)?.name ?? span?.parentSpanId;
    };
    expect(['verify', 'api/health', 'attempt', 'http.request'].map(parentOf)).toEqual([
      jobSpanId,
      'verify',
      'api/health',
      'attempt',
    ]);
    expect(spans.find(({ name }) => name === 'api/health')?.attributes).toMatchObject({
      'meatymusic.status': 'pass',
    });
    expect((JSON.parse(result.stdout) as { traceId?: string }).traceId).toBe(traceId);
    expect(headers.length).toBeGreaterThan(20);
    expect(headers.filter((header) => header?.includes(traceId))).toEqual([]);
  });
});
