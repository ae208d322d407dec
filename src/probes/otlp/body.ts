import type { IncomingMessage } from 'node:http';
import { createGunzip, createInflate } from 'node:zlib';

/** A body that is refused, and with which status. */
export class RefusedBody extends Error {
  override readonly name = 'RefusedBody';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The body, decompressed; bytes are counted on both sides of the decompression, so that a bomb stops at the cap. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxBytes) return Promise.reject(tooLarge(maxBytes));
  const decompressor =
    encoding === 'gzip' ? createGunzip() : encoding === 'deflate' ? createInflate() : undefined;
  if (!decompressor && encoding !== 'identity') {
    return Promise.reject(new RefusedBody(415, `content-encoding ${encoding.slice(0, 40)} is not supported`));
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let wireBytes = 0;
    const refuse = (refused: Error) => {
      request.unpipe();
      request.resume();
      decompressor?.destroy();
      reject(refused);
    };
    const source = decompressor ? request.pipe(decompressor) : request;
    request.on('data', (chunk: Buffer) => {
      wireBytes += chunk.length;
      if (wireBytes > maxBytes) refuse(tooLarge(maxBytes));
    });
    source.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) refuse(tooLarge(maxBytes));
      else chunks.push(chunk);
    });
    source.on('end', () => resolve(Buffer.concat(chunks)));
    decompressor?.on('error', () => refuse(new RefusedBody(400, `the body is not valid ${encoding}`)));
    request.on('aborted', () => refuse(new RefusedBody(400, 'the body ended early')));
    request.on('error', (error) => refuse(error));
  });
}

function tooLarge(maxBytes: number): RefusedBody {
  return new RefusedBody(413, `the body is larger than ${maxBytes} bytes`);
}
