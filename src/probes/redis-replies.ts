import type { Inspect } from '../base/guard-stream.ts';

const newline = 0x0a;
/** Far above what a check asks for, and little enough to keep in memory. */
const limits = { depth: 64, elements: 1_000_000, lineBytes: 64 * 1024, bulkBytes: 16 * 1024 * 1024 };
const totalBytes = 32 * 1024 * 1024;

/**
 * Follows the replies of a Redis server (RESP 2) and refuses what the client's parser cannot take: nesting that ends its
 * stack, lengths that it would allocate, lines and replies without end, and what is no reply at all.
 */
export function inspectRedis(): Inspect {
  /** Elements that are missing of each open array. */
  const open: number[] = [];
  let elements = 0;
  let seenBytes = 0;
  /** Of a bulk string, its line break included. */
  let bulkLeft = 0;
  let line = Buffer.alloc(0);

  const endValue = () => {
    while (open.length > 0) {
      const missing = (open.pop() as number) - 1;
      if (missing > 0) {
        open.push(missing);
        return;
      }
    }
    elements = 0;
  };
  const startBulk = (length: number): string | undefined => {
    if (length > limits.bulkBytes) return `a string has the length ${length}`;
    if (length < 0) endValue();
    else bulkLeft = length + 2;
    return undefined;
  };
  const startArray = (length: number): string | undefined => {
    elements += Math.max(0, length);
    if (elements > limits.elements) return `a reply has more than ${limits.elements} elements`;
    if (length <= 0) endValue();
    else if (open.push(length) > limits.depth) return `a reply is nested deeper than ${limits.depth} levels`;
    return undefined;
  };
  const endLine = (text: string): string | undefined => {
    const type = text[0];
    if (type === '+' || type === '-' || type === ':') return void endValue();
    if (type !== '$' && type !== '*') return 'it sent something that is no reply';
    if (!/^.(?:-1|\d{1,10})$/.test(text)) return 'a reply has no length';
    const length = Number(text.slice(1));
    return type === '$' ? startBulk(length) : startArray(length);
  };

  return (chunk) => {
    seenBytes += chunk.length;
    if (seenBytes > totalBytes) return `it sent more than ${totalBytes} bytes`;
    for (let at = 0; at < chunk.length; ) {
      if (bulkLeft > 0) {
        const skipped = Math.min(bulkLeft, chunk.length - at);
        bulkLeft -= skipped;
        at += skipped;
        if (bulkLeft === 0) endValue();
        continue;
      }
      const end = chunk.indexOf(newline, at);
      const part = chunk.subarray(at, end === -1 ? chunk.length : end);
      if (line.length + part.length > limits.lineBytes) return 'a line of a reply does not end';
      line = Buffer.concat([line, part]);
      if (!/^[-+:$*]/.test(line.toString('latin1', 0, 1))) return 'it sent something that is no reply';
      if (end === -1) break;
      at = end + 1;
      const reason = endLine(line.toString('latin1').replace(/\r$/, ''));
      if (reason !== undefined) return reason;
      line = Buffer.alloc(0);
    }
    return undefined;
  };
}
