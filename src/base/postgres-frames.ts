import type { Inspect } from './guard-stream.ts';

/** Limits of the data that one connection receives. */
export interface PostgresLimits {
  messageBytes: number;
  totalBytes: number;
  messages: number;
}

const headerBytes = 5;
/** ErrorResponse and NoticeResponse: `pg` searches the end of their list of fields without a limit. */
const listsOfFields = new Set(['E'.charCodeAt(0), 'N'.charCodeAt(0)]);

/**
 * Parses the frames of a PostgreSQL server (a letter, and a length that includes itself). Refuses data that would exhaust
 * the memory (one message, all of a connection, endless rows) and lists that the driver would read without a limit.
 */
export function inspectPostgres({ messageBytes, totalBytes, messages }: PostgresLimits): Inspect {
  const header = Buffer.alloc(headerBytes);
  let headerLength = 0;
  /** Bytes of the message body. */
  let left = 0;
  /** Chunks of a body that is a list of fields. */
  let fields: Buffer[] | undefined;
  let seenBytes = 0;
  let seenMessages = 0;

  const startMessage = (): string | undefined => {
    headerLength = 0;
    const length = header.readUInt32BE(1);
    if (length < 4 || length > messageBytes) return `a message has the length ${length}`;
    left = length - 4;
    fields = listsOfFields.has(header[0] as number) ? [] : undefined;
    return ++seenMessages > messages ? `it sent more than ${messages} messages` : undefined;
  };
  return (chunk) => {
    seenBytes += chunk.length;
    if (seenBytes > totalBytes) return `it sent more than ${totalBytes} bytes`;
    for (let at = 0; at < chunk.length; ) {
      if (left === 0) {
        const copied = chunk.copy(header, headerLength, at, at + headerBytes - headerLength);
        headerLength += copied;
        at += copied;
        const reason = headerLength === headerBytes ? startMessage() : undefined;
        if (reason !== undefined) return reason;
      }
      const part = chunk.subarray(at, at + left);
      fields?.push(part);
      left -= part.length;
      at += part.length;
      if (left > 0 || headerLength > 0) continue;
      if (fields && !isListOfFields(Buffer.concat(fields))) return 'a list of fields has no end';
      fields = undefined;
    }
    return undefined;
  };
}

/** Returns true for pairs of a letter and a zero-terminated text, followed by a zero byte. */
function isListOfFields(body: Buffer): boolean {
  let at = 0;
  while (at < body.length && body[at] !== 0) {
    const end = body.indexOf(0, at + 1);
    if (end === -1) return false;
    at = end + 1;
  }
  return at === body.length - 1;
}
