import { createServer, type Server, type Socket } from 'node:net';
import { errorResponse, greeting, isIdle, parameters, query } from './database-frames.ts';

/** The database behind the wire: takes whole messages of the PostgreSQL protocol, gives the raw answer. */
export interface WireDatabase {
  name: string;
  /** `18.6`, for clients that ask at their start. */
  version: string;
  exchange(messages: Uint8Array): Promise<Uint8Array>;
}

const sslRequest = 80877103;
const gssRequest = 80877104;
const cancelRequest = 80877102;
const protocol3 = 196608;
const maxMessageBytes = 256 * 1024 * 1024;

/** Forgets what a connection set for itself and not for its transaction, as the end of a real session would. */
const endOfSession = query(
  `rollback; reset session authorization; reset role; reset all; unlisten *; close all;
   select pg_advisory_unlock_all()`,
);

/**
 * Many connections, one session: a connection has the database from its first message until the answer says that no
 * transaction is open, so that neither the messages of an extended query nor the statements of a transaction of two
 * connections ever mix. The others wait, first come first served. Whoever closes in a transaction rolls it back.
 */
export function createWireServer(database: WireDatabase): Server {
  const turns = createTurns();
  return createServer({ noDelay: true }, (socket) => serve(socket, database, turns));
}

function serve(socket: Socket, database: WireDatabase, turns: Turns): void {
  let buffer: Buffer = Buffer.alloc(0);
  let started = false;
  let working = false;
  let used = false;
  let release: (() => void) | undefined;
  /** Extended-query messages before their Sync. */
  let unsent: Buffer[] = [];

  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
    void work();
  });
  socket.on('close', () => {
    turns.forget(socket);
    if (!working) void finish();
  });

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    try {
      while (!socket.destroyed) {
        const message = started ? takeMessage() : takeStartup();
        if (message === undefined) break;
        if (message) await handle(message);
      }
    } catch (error) {
      socket.end(
        errorResponse('XX000', `embedded database: ${error instanceof Error ? error.message : error}`),
      );
    } finally {
      working = false;
    }
    if (socket.destroyed) await finish();
  }

  async function handle(message: Buffer): Promise<void> {
    const type = String.fromCharCode(message[0] ?? 0);
    if (type === 'X') {
      socket.end();
      return;
    }
    unsent.push(message);
    // Until one of these the server owes no answer that a client would wait for.
    if (!'QSFHcf'.includes(type)) return;
    const batch = Buffer.concat(unsent);
    unsent = [];
    release ??= await turns.take(socket);
    if (socket.destroyed || !release) return;
    used = true;
    const answer = await database.exchange(new Uint8Array(batch));
    if (!socket.destroyed && !socket.write(answer)) await drained(socket);
    if (isIdle(answer)) {
      release();
      release = undefined;
    }
  }

  /** The connection has gone: what it left open goes with it. */
  async function finish(): Promise<void> {
    if (!used) return release?.();
    used = false;
    const held = release ?? (await turns.take());
    release = undefined;
    if (!held) return;
    try {
      await database.exchange(new Uint8Array(endOfSession));
    } catch {
      // The database itself ends, and every session with it.
    } finally {
      held();
    }
  }

  function takeMessage(): Buffer | undefined {
    if (buffer.length < 5) return undefined;
    return cut(1 + buffer.readUInt32BE(1));
  }

  /** False: handled here, and the connection goes on. */
  function takeStartup(): Buffer | false | undefined {
    if (buffer.length < 8) return undefined;
    const message = cut(buffer.readUInt32BE(0));
    if (!message) return undefined;
    const code = message.readUInt32BE(4);
    if (code === sslRequest || code === gssRequest) {
      socket.write('N');
    } else if (code === cancelRequest) {
      socket.end();
    } else if (code >>> 16 !== protocol3 >>> 16) {
      socket.end(errorResponse('0A000', `protocol ${code >>> 16}.${code & 0xffff} is not supported`));
    } else {
      begin(parameters(message));
    }
    return false;
  }

  function begin({ user = 'postgres', database: name = user }: Record<string, string>): void {
    if (name !== database.name) {
      socket.end(errorResponse('3D000', `database "${name}" does not exist`, 'FATAL'));
      return;
    }
    started = true;
    socket.write(greeting(database.version));
  }

  function cut(length: number): Buffer | undefined {
    if (length < 4 || length > maxMessageBytes) throw new Error(`a message of ${length} bytes`);
    if (buffer.length < length) return undefined;
    const message = buffer.subarray(0, length);
    buffer = buffer.subarray(length);
    return message;
  }
}

interface Turns {
  /** Resolves to the release once it is this one's turn; to nothing when the place was given up. */
  take(owner?: object): Promise<(() => void) | undefined>;
  /** Gives up the places of this owner. */
  forget(owner: object): void;
}

function createTurns(): Turns {
  let busy = false;
  const queue: { owner: object | undefined; go(release: (() => void) | undefined): void }[] = [];
  const next = () => {
    const first = queue.shift();
    busy = first !== undefined;
    first?.go(once(next));
  };
  return {
    take: (owner) =>
      new Promise((resolve) => {
        queue.push({ owner, go: resolve });
        if (!busy) next();
      }),
    forget(owner) {
      for (const entry of queue.filter((waiting) => waiting.owner === owner)) {
        queue.splice(queue.indexOf(entry), 1);
        entry.go(undefined);
      }
    },
  };
}

function once(call: () => void): () => void {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    call();
  };
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      socket.off('drain', end);
      socket.off('close', end);
      resolve();
    };
    socket.on('drain', end);
    socket.on('close', end);
  });
}
