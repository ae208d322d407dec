import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';

const maxBytes = 512 * 1024;
const accepted = new Set(['application/x-protobuf', 'application/json']);

/**
 * Takes the browser's spans and passes them to the collector, so that a page needs no collector that speaks CORS.
 * The browser does not wait, and failures of the collector are not reported to the page.
 */
export async function passSpansOn(request: IncomingMessage, endpoint: string, log: Logger) {
  const { host, origin, 'content-type': type = '' } = request.headers;
  const plain = (status: number, body: string, headers: Record<string, string> = {}) => ({
    status,
    headers: { 'content-type': 'text/plain', ...headers },
    body,
  });
  if (request.method !== 'POST') return plain(405, 'POST only\n', { allow: 'POST' });
  // A browser sends `null` for a page without an origin; other clients can send any value.
  const from = origin === undefined ? host : URL.canParse(origin) ? new URL(origin).host : undefined;
  if (from !== host) return plain(403, 'from this page only\n');
  if (!accepted.has(type)) return plain(415, 'OTLP only\n');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return plain(413, 'too large\n', { connection: 'close' });
    chunks.push(chunk);
  }
  fetch(`${endpoint.replace(/\/+$/, '')}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: Buffer.concat(chunks),
    redirect: 'manual',
    signal: AbortSignal.timeout(2_000),
  }).then(
    (response) => response.body?.cancel(),
    (thrown: unknown) => log.warn({ reason: String(thrown) }, 'browser spans not passed on'),
  );
  return { status: 202, headers: { 'content-type': type }, body: '' };
}
