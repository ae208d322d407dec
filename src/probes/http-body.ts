import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { ProbeError } from '../check/probes.ts';

/** Reads the body, decoded, up to `maxBytes` decoded bytes: a bomb is stopped at the cap and never unpacked. */
export function collectBody(
  incoming: IncomingMessage,
  method: string,
  maxBytes: number,
  done: (error: unknown, body: Buffer) => void,
): void {
  const empty = Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let bytes = 0;
  let wireBytes = 0;
  const fail = (error: unknown) => {
    incoming.destroy();
    done(error, empty);
  };
  const take = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      return fail(
        new ProbeError('BODY_TOO_LARGE', `the body is larger than ${maxBytes} bytes`, {
          wireBytes: String(wireBytes),
        }),
      );
    }
    chunks.push(chunk);
  };
  const finish = () => done(undefined, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
  incoming.on('error', (error) =>
    fail(
      incoming.socket?.errored ??
        (incoming.complete ? error : truncated(wireBytes, incoming.headers['content-length'])),
    ),
  );

  const bodiless = method === 'HEAD' || incoming.statusCode === 204 || incoming.statusCode === 304;
  const encodings = bodiless ? [] : encodingsOf(incoming.headers['content-encoding']);
  if (encodings.length === 0) {
    incoming.on('data', (chunk: Buffer) => {
      wireBytes += chunk.length;
      take(chunk);
    });
    incoming.on('end', finish);
    return;
  }

  let decoders: Transform[] | undefined;
  incoming.on('data', (chunk: Buffer) => {
    wireBytes += chunk.length;
    if (!decoders) {
      decoders = chain(encodings, chunk);
      if (!decoders) {
        return fail(
          new ProbeError('UNSUPPORTED_ENCODING', `the body has the encoding ${encodings.join(', ')}`),
        );
      }
      for (const decoder of decoders) {
        decoder.on('error', (error) =>
          fail(
            new ProbeError('BROKEN_ENCODING', `the body is not ${encodings.join(', ')}: ${error.message}`),
          ),
        );
      }
      decoders.at(-1)!.on('data', take).on('end', finish);
      incoming.once('close', () => {
        for (const decoder of decoders ?? []) if (!incoming.complete) decoder.destroy();
      });
    }
    if (!decoders[0]!.write(chunk)) {
      incoming.pause();
      decoders[0]!.once('drain', () => incoming.resume());
    }
  });
  incoming.on('end', () => {
    if (decoders) decoders[0]!.end();
    else finish();
  });
}

function truncated(wireBytes: number, announced: string | undefined): ProbeError {
  const whole =
    announced === undefined ? 'before its last chunk' : `after ${wireBytes} of ${announced} bytes`;
  return new ProbeError('TRUNCATED', `the body ended ${whole}`);
}

function encodingsOf(header: string | undefined): string[] {
  return (header ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
}

/** The decoders in the order in which bytes pass; `deflate` is in the wild with and without its zlib header. */
function chain(encodings: string[], first: Buffer): Transform[] | undefined {
  const decoders: Transform[] = [];
  for (const encoding of [...encodings].reverse()) {
    if (encoding === 'gzip' || encoding === 'x-gzip') decoders.push(zlib.createGunzip());
    else if (encoding === 'br') decoders.push(zlib.createBrotliDecompress());
    else if (encoding === 'deflate') {
      const wrapped = decoders.length > 0 || (first[0]! & 0x0f) === 8;
      decoders.push(wrapped ? zlib.createInflate() : zlib.createInflateRaw());
    } else return undefined;
  }
  for (let index = 1; index < decoders.length; index++) decoders[index - 1]!.pipe(decoders[index]!);
  return decoders;
}
