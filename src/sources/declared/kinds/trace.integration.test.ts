import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { SpanData } from '../../../check/probes.ts';
import { parseTraceparent } from '../../../suites/traceparent.ts';
import { declared, type GivenStack, runForReal } from '../../../testing/run-declared.ts';

const collected: SpanData[] = [];
/** The trace that the API says it is in, where it is not that of the request. */
let ownTrace: string | undefined;

const server = http.createServer((request, response) => {
  const parent = parseTraceparent(String(request.headers.traceparent));
  collected.push({
    traceId: ownTrace ?? parent!.traceId,
    spanId: '00f067aa0ba902b7',
    parentSpanId: parent!.parentId,
    name: `GET ${request.url}`,
    kind: 'server',
    service: 'meatymusic-api',
    startMs: Date.now(),
    durationMs: 5,
    status: 'unset',
    attributes: { 'http.response.status_code': 200 },
  });
  response.end('ok');
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  collected.length = 0;
  ownTrace = undefined;
});

function run(entry: string, given: GivenStack = {}) {
  const spans = { source: 'a receiver', collected: () => collected };
  const services = { api: { url } };
  return runForReal(declared(`kind: trace, url: /songs, within-ms: 200, ${entry}`), {
    services,
    spans,
    ...given,
  });
}
const claim = 'assert: [{ select: { name: GET /songs, service: meatymusic-api }, count: 1 }]';

test('passes where every claim about the spans of its own request holds', async () => {
  expect(await run(`${claim}, status: 200, span-count: 1, services: [meatymusic-api]`)).toMatchObject({
    status: 'pass',
    examined: [{ count: 1, what: 'spans' }, expect.anything()],
  });
});

test('fails as mismatch with the claim that does not hold', async () => {
  expect(await run('assert: [{ select: { name: SELECT }, count: 1 }]')).toMatchObject({
    status: 'fail',
    code: 'mismatch',
    actual: expect.stringContaining('SELECT'),
  });
});

test('fails where the request is in a trace of its own, or leaves no span', async () => {
  ownTrace = 'b'.repeat(32);
  expect(await run(claim)).toMatchObject({ status: 'fail', code: 'mismatch' });
});

test('fails as unreachable where nothing answers, and is skipped where no span can be seen', async () => {
  const nothing = { api: { url: 'http://127.0.0.1:1' } };
  expect(await run(claim, { services: nothing })).toMatchObject({ status: 'fail', code: 'unreachable' });
  const services = { api: { url } };
  expect(await runForReal(declared(`kind: trace, url: /songs, ${claim}`), { services })).toMatchObject({
    status: 'skip',
    reason: 'the spans of this stack cannot be seen from here',
  });
});
