import type { Reply } from './cache-store.ts';

const maxArguments = 1024 * 1024;
const maxBulkBytes = 64 * 1024 * 1024;
const maxLineBytes = 64 * 1024;

/** Takes chunks of the wire and yields whole commands: arrays of bulk strings, or words of a line. Throws on anything else. */
export function createRespReader(): (chunk: Buffer) => Generator<Buffer[]> {
  let pending: Buffer = Buffer.alloc(0);
  return function* read(chunk) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (;;) {
      const parsed = parseCommand(pending);
      if (!parsed) return;
      pending = pending.subarray(parsed.length);
      if (parsed.words.length > 0) yield parsed.words;
    }
  };
}

function parseCommand(bytes: Buffer): { words: Buffer[]; length: number } | undefined {
  const first = lineAt(bytes, 0);
  if (!first) return undefined;
  if (bytes[0] !== 0x2a) {
    const words = first.text.split(/\s+/).filter(Boolean);
    return { words: words.map((word) => Buffer.from(word, 'latin1')), length: first.next };
  }
  const count = lengthOf(first.text, maxArguments, 'multibulk');
  const words: Buffer[] = [];
  let at = first.next;
  while (words.length < count) {
    const header = lineAt(bytes, at);
    if (!header) return undefined;
    if (!header.text.startsWith('$')) throw new Error(`expected '$', got '${header.text.slice(0, 1)}'`);
    const length = lengthOf(header.text, maxBulkBytes, 'bulk');
    const end = header.next + length;
    if (bytes.length < end + 2) return undefined;
    words.push(bytes.subarray(header.next, end));
    at = end + 2;
  }
  return { words, length: at };
}

function lineAt(bytes: Buffer, from: number): { text: string; next: number } | undefined {
  const end = bytes.indexOf('\n', from);
  if (end < 0) {
    if (bytes.length - from > maxLineBytes) throw new Error('too big inline request');
    return undefined;
  }
  return { text: bytes.toString('latin1', from, end).replace(/\r$/, ''), next: end + 1 };
}

function lengthOf(header: string, max: number, what: string): number {
  const value = Number(header.slice(1));
  if (!/^.\d+$/.test(header) || value > max) throw new Error(`invalid ${what} length`);
  return value;
}

export function encodeReply(reply: Reply, protocol: 2 | 3): Buffer {
  if (reply === null) return Buffer.from(protocol === 3 ? '_\r\n' : '$-1\r\n');
  if (typeof reply === 'number') return Buffer.from(`:${reply}\r\n`);
  if (typeof reply === 'string') return encodeReply(Buffer.from(reply, 'latin1'), protocol);
  if (Buffer.isBuffer(reply)) {
    return Buffer.concat([Buffer.from(`$${reply.length}\r\n`), reply, Buffer.from('\r\n')]);
  }
  if (Array.isArray(reply)) {
    const parts = reply.map((part) => encodeReply(part, protocol));
    return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...parts]);
  }
  const line = 'error' in reply ? `-${reply.error}` : `+${reply.status}`;
  return Buffer.from(`${line.replace(/[\r\n]/g, ' ')}\r\n`);
}
