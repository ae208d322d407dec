import { traceDescriptor } from '../probes/otlp/descriptor.ts';

/** An export request with one span, as an exporter of protobuf sends it. */
export async function encodeSpan(span: {
  traceId: string;
  spanId?: string;
  name: string;
  service?: string;
}): Promise<Uint8Array> {
  const { default: protobuf } = await import('protobufjs/light.js');
  const type = protobuf.Root.fromJSON(traceDescriptor).lookupType('ExportTraceServiceRequest');
  const { traceId, spanId = 'eee19b7ec3c1b174', name, service } = span;
  const attributes = service ? [{ key: 'service.name', value: { stringValue: service } }] : [];
  const one = { traceId: Buffer.from(traceId, 'hex'), spanId: Buffer.from(spanId, 'hex'), name };
  return type
    .encode(
      type.fromObject({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [one] }] }] }),
    )
    .finish();
}
