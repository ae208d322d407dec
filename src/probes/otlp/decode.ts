import type { Json } from '../../check/json.ts';
import type { SpanData } from '../../check/probes.ts';
import { traceDescriptor } from './descriptor.ts';
import { MalformedRequest, spansOfRequest } from './spans-of-request.ts';

export { MalformedRequest };

/** OTLP JSON. Integers of 64 bits stay exact whether they are quoted, as they should be, or not. */
export function decodeJson(body: Buffer): SpanData[] {
  const text = body
    .toString('utf8')
    .replace(stringOrLongInteger, (token) => (token[0] === '"' ? token : `"${token}"`));
  let request: Json;
  try {
    request = JSON.parse(text) as Json;
  } catch (error) {
    throw new MalformedRequest(`not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  return spansOfRequest(request);
}

const stringOrLongInteger = /"(?:[^"\\]|\\.)*"|-?\b\d{16,}(?![\d.eE])/g;

let decoder: Promise<(body: Uint8Array) => Json> | undefined;

/** OTLP protobuf. */
export async function decodeProtobuf(body: Uint8Array): Promise<SpanData[]> {
  decoder ??= loadDecoder();
  return spansOfRequest((await decoder)(body));
}

async function loadDecoder(): Promise<(body: Uint8Array) => Json> {
  const protobuf = (await import('protobufjs/light.js')).default;
  const type = protobuf.Root.fromJSON(traceDescriptor).lookupType('ExportTraceServiceRequest');
  return (body) => {
    let message: unknown;
    try {
      message = type.toObject(type.decode(body), { longs: String, bytes: Buffer, arrays: false });
    } catch (error) {
      throw new MalformedRequest(`not a protobuf trace request: ${(error as Error).message.slice(0, 200)}`);
    }
    return hexBytes(message, 0);
  };
}

/** Identifiers (and byte values) become hexadecimal text, as in OTLP's JSON form. */
function hexBytes(value: unknown, depth: number): Json {
  if (depth > 100) throw new MalformedRequest('nested too deeply');
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (Array.isArray(value)) return value.map((item) => hexBytes(item, depth + 1));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hexBytes(item, depth + 1)]));
  }
  return value as Json;
}
