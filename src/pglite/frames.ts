/** The few messages of the PostgreSQL protocol that the embedded database's wire makes and reads itself. */

/** Version 3.0 of the protocol. */
export const protocol3 = 196608;
/** The one user that the embedded database has. */
export const superuser = 'postgres';

/** Whether the answer ends with ReadyForQuery outside of a transaction. */
export function isIdle(answer: Uint8Array): boolean {
  const end = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).subarray(-6);
  return end.length === 6 && end[0] === 0x5a && end.readUInt32BE(1) === 5 && end[5] === 0x49;
}

export function parameters(message: Buffer): Record<string, string> {
  const words = message.subarray(8).toString('utf8').split('\0');
  const found: Record<string, string> = Object.create(null);
  for (let index = 0; index + 1 < words.length && words[index]; index += 2) {
    found[words[index] as string] = words[index + 1] as string;
  }
  return found;
}

export function greeting(version: string): Buffer {
  const status = {
    server_version: version,
    server_encoding: 'UTF8',
    client_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    IntervalStyle: 'postgres',
    TimeZone: 'UTC',
    integer_datetimes: 'on',
    standard_conforming_strings: 'on',
    is_superuser: 'on',
    session_authorization: superuser,
  };
  return Buffer.concat([
    frame('R', int32(0)),
    ...Object.entries(status).map(([key, value]) => frame('S', text(key), text(value))),
    frame('K', int32(process.pid), int32(0)),
    frame('Z', Buffer.from('I')),
  ]);
}

/** The server's messages of a login by SASL. */
export const authentication = {
  sasl: (mechanism: string) => frame('R', int32(10), text(mechanism), Buffer.from([0])),
  saslContinue: (data: string) => frame('R', int32(11), Buffer.from(data)),
  saslFinal: (data: string) => frame('R', int32(12), Buffer.from(data)),
};

/** The client's first message. */
export function startupMessage(values: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(values).flatMap(([key, value]) => [text(key), text(value)]);
  const body = Buffer.concat([int32(protocol3), ...pairs, Buffer.from([0])]);
  return Buffer.concat([int32(body.length + 4), body]);
}

/** The client's messages of a login by SASL. */
export const saslInitialResponse = (mechanism: string, data: string) =>
  frame('p', text(mechanism), int32(data.length), Buffer.from(data));
export const saslResponse = (data: string) => frame('p', Buffer.from(data));

/** The SASL data in a client's message; `undefined` where it is another message or another mechanism. */
export function saslMessage(message: Buffer, { isFirst }: { isFirst: boolean }): string | undefined {
  if (message[0] !== 0x70) return undefined;
  const body = message.subarray(5);
  if (!isFirst) return body.toString('latin1');
  const end = body.indexOf(0);
  if (body.toString('latin1', 0, end) !== 'SCRAM-SHA-256') return undefined;
  return body.toString('latin1', end + 5);
}

export function errorResponse(code: string, message: string, severity = 'FATAL'): Buffer {
  const fields = { S: severity, V: severity, C: code, M: message };
  const parts = Object.entries(fields).map(([key, value]) => text(`${key}${value}`));
  return frame('E', ...parts, Buffer.from([0]));
}

export const query = (statement: string) => frame('Q', text(statement));
const text = (value: string) => Buffer.from(`${value}\0`);

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function frame(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}
