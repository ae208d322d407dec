/**
 * A proxy between a client and PostgreSQL that counts the messages of the client, for tests that end the client at a given
 * message.
 */
import { connect, createServer, type Socket } from 'node:net';

export interface WireProxy {
  /** The same database, through the proxy. */
  url: string;
  /** Messages of clients so far, the start-up packets left out. */
  messages(): number;
  close(): Promise<void>;
}

/** Starts the proxy. `onMessage` runs before a message is forwarded; `false` holds back this message and all later ones. */
export async function startWireProxy(
  databaseUrl: string,
  onMessage: (number: number) => boolean = () => true,
): Promise<WireProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let messages = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      // What the one side ends in whatever way ends the other.
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    upstream.pipe(client);
    let started = false;
    let held = false;
    let pending = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (;;) {
        // The start-up packet alone has no type before its length.
        const from = started ? 1 : 0;
        if (pending.length < from + 4) return;
        const length = from + pending.readInt32BE(from);
        if (pending.length < length) return;
        const message = pending.subarray(0, length);
        pending = pending.subarray(length);
        if (started && !held) held = !onMessage(++messages);
        started = true;
        if (!held) upstream.write(message);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    messages: () => messages,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
