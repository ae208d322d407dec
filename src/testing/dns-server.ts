/** A name server on a port of its own that knows a few records; real enough for every resolver. */
import dgram from 'node:dgram';

const types = { A: 1, NS: 2, CNAME: 5, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33, CAA: 257 } as const;
type RecordType = keyof typeof types;

export interface TestNameServer {
  /** `127.0.0.1:5300`. */
  address: string;
  close(): void;
}

/** `{ 'A:a.example': ['10.0.0.1'], 'MX:a.example': ['10 mail.example'] }`. A name with "silent" in it gets no answer. */
export async function startNameServer(
  records: Partial<Record<`${RecordType}:${string}`, string[]>>,
): Promise<TestNameServer> {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, type, end } = questionOf(query);
    if (name.includes('silent')) return;
    const known = Object.keys(records).some((key) => key.endsWith(`:${name}`));
    const answers = (type ? (records[`${type}:${name}`] ?? []) : []).map((text) =>
      answer(type as RecordType, text),
    );
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(known ? 0x8580 : 0x8583, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(answers.length, 6);
    socket.send(Buffer.concat([header, query.subarray(12, end), ...answers]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { address: `127.0.0.1:${socket.address().port}`, close: () => socket.close() };
}

function questionOf(query: Buffer): { name: string; type: RecordType | undefined; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const number = query.readUInt16BE(at + 1);
  const type = (Object.keys(types) as RecordType[]).find((name) => types[name] === number);
  return { name: labels.join('.').toLowerCase(), type, end: at + 5 };
}

function answer(type: RecordType, text: string): Buffer {
  const data = dataOf(type, text);
  const head = Buffer.alloc(12);
  // The name is that of the question.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(types[type], 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function dataOf(type: RecordType, text: string): Buffer {
  const parts = text.split(' ');
  switch (type) {
    case 'A':
      return Buffer.from(text.split('.').map(Number));
    case 'AAAA':
      return Buffer.from(
        text
          .split(':')
          .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
      );
    case 'TXT':
      return Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);
    case 'CAA': {
      const [flags = '', tag = '', ...value] = parts;
      return Buffer.concat([Buffer.from([Number(flags), tag.length]), Buffer.from(tag + value.join(' '))]);
    }
    case 'MX':
    case 'SRV': {
      const numbers = parts.slice(0, -1).flatMap((part) => [Number(part) >> 8, Number(part) & 255]);
      return Buffer.concat([Buffer.from(numbers), nameBytes(parts.at(-1)!)]);
    }
    default:
      return nameBytes(text);
  }
}

function nameBytes(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
