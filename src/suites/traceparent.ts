/** A `traceparent` header, version 00. */
export interface Traceparent {
  version: string;
  traceId: string;
  parentId: string;
  sampled: boolean;
}

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a header as W3C Trace Context has it, or returns `undefined` where a receiver must ignore it. */
export function parseTraceparent(header: string): Traceparent | undefined {
  const match = pattern.exec(header);
  if (!match) return undefined;
  const [, version, traceId, parentId, flags, rest] = match;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId!) || /^0+$/.test(parentId!)) return undefined;
  return {
    version: version!,
    traceId: traceId!,
    parentId: parentId!,
    sampled: (Number.parseInt(flags!, 16) & 1) === 1,
  };
}
