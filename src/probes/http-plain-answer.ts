/** The head of an answer that holds nothing but a status, plain headers and the length of its body. */
export interface PlainHead {
  status: number;
  headers: Record<string, string>;
  rawHeaders: [name: string, value: string][];
  /** Bytes up to the body. */
  length: number;
  contentLength: number;
  keepsAlive: boolean;
}

/** Well below Node's limit of 16 KiB. */
const longestHead = 8192;
const endOfHead = Buffer.from('\r\n\r\n');
const statusLine = /^HTTP\/1\.1 ([2-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const notInValue = /[^\t\x20-\x7e\x80-\xff]/;
/** They change where the body ends or what it means. */
const notPlain = new Set(['transfer-encoding', 'content-encoding', 'upgrade', 'trailer', '__proto__']);

/**
 * The head in the first bytes of an answer, where it is whole and there is no doubt about it. Everything else, also all
 * that is wrong, is for Node's own parser.
 */
export function plainHead(bytes: Buffer): PlainHead | undefined {
  const end = bytes.indexOf(endOfHead);
  if (end < 0 || end > longestHead) return undefined;
  const text = bytes.toString('latin1', 0, end);
  const endOfFirst = endOfLine(text, 0);
  const status = Number(statusLine.exec(text.slice(0, endOfFirst))?.[1]);
  if (!status || status === 204 || status === 304) return undefined;
  const headers: Record<string, string> = {};
  const rawHeaders: [string, string][] = [];
  for (let at = endOfFirst; at < text.length; ) {
    const start = at + 2;
    at = endOfLine(text, start);
    const header = headerOf(text.slice(start, at));
    if (!header) return undefined;
    const { lower, pair } = header;
    rawHeaders.push(pair);
    headers[lower] = Object.hasOwn(headers, lower) ? `${headers[lower]}, ${pair[1]}` : pair[1];
  }
  const length = headers['content-length'];
  const connection = headers.connection?.toLowerCase() ?? 'keep-alive';
  if (!length || !/^\d{1,15}$/.test(length)) return undefined;
  if (connection !== 'keep-alive' && connection !== 'close') return undefined;
  return {
    status,
    headers,
    rawHeaders,
    length: end + endOfHead.length,
    contentLength: Number(length),
    keepsAlive: connection === 'keep-alive',
  };
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\r\n', from);
  return at < 0 ? text.length : at;
}

interface Header {
  lower: string;
  pair: [name: string, value: string];
}

/** Ten thousand answers of a service have the same few lines: they are kept once. */
const known = new Map<string, Header>();
const mostKnown = 500;

function headerOf(line: string): Header | undefined {
  const before = known.get(line);
  if (before) return before;
  const colon = line.indexOf(':');
  const name = line.slice(0, colon);
  const lower = name.toLowerCase();
  if (colon < 1 || !token.test(name) || notPlain.has(lower) || notInValue.test(line)) return undefined;
  const header: Header = { lower, pair: [name, trimmed(line, colon + 1)] };
  if (known.size >= mostKnown) known.clear();
  known.set(line, header);
  return header;
}

function trimmed(line: string, from: number): string {
  let [start, end] = [from, line.length];
  while (start < end && isSpace(line.charCodeAt(start))) start++;
  while (end > start && isSpace(line.charCodeAt(end - 1))) end--;
  return line.slice(start, end);
}

const isSpace = (code: number) => code === 32 || code === 9;
