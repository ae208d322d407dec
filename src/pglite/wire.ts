import { createServer, type Server, type Socket } from 'node:net';
import {
  authentication,
  errorResponse,
  greeting,
  isIdle,
  parameters,
  protocol3,
  query,
  saslMessage,
  superuser,
} from './frames.ts';
import { createScramLogin, deriveScramKeys, type ScramKeys, type ScramLogin } from './scram.ts';
import { createTurns, type Turns } from './turns.ts';

/** The database behind the wire: takes whole messages of the PostgreSQL protocol, gives the raw answer. */
export interface WireDatabase {
  /** `18.6`, for clients that ask at their start. */
  version: string;
  exchange(messages: Uint8Array): Promise<Uint8Array>;
}

export interface WireOptions {
  /** Of the one database. */
  name: string;
  /** Of the one user. */
  password: string;
  /** `undefined`: it is not open yet. */
  database(): WireDatabase | undefined;
}

const sslRequest = 80877103;
const gssRequest = 80877104;
const cancelRequest = 80877102;
const maxMessageBytes = 256 * 1024 * 1024;
/** Of a client that has not logged in. */
const maxLoginBytes = 64 * 1024;

/** Forgets what a connection set for itself and not for its transaction, as the end of a real session would. */
const endOfSession = query(
  `rollback; reset session authorization; reset role; reset all; unlisten *; close all;
   select pg_advisory_unlock_all()`,
);

/**
 * Many connections, one session: a connection has the database from its first message until the answer says that no
 * transaction is open, so that neither the messages of an extended query nor the statements of a transaction of two
 * connections ever mix. The others wait, first come first served. A connection that closes in a transaction rolls it
 * back. The server may listen before its database is open; clients are refused until then, as PostgreSQL does.
 */
export function createWireServer(options: WireOptions): Server {
  const shared = { ...options, keys: deriveScramKeys(options.password), turns: createTurns() };
  return createServer({ noDelay: true }, (socket) => serve(socket, shared));
}

interface Login {
  user: string;
  /** Of the database that is asked for. */
  name: string;
  scram: ScramLogin;
  /** The client's first message was. */
  answered: boolean;
}

function serve(socket: Socket, shared: WireOptions & { keys: ScramKeys; turns: Turns }): void {
  const { turns } = shared;
  let buffer: Buffer = Buffer.alloc(0);
  let phase: 'startup' | 'login' | 'open' = 'startup';
  let login: Login | undefined;
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
        const message = phase === 'startup' ? takeStartup() : takeMessage();
        if (message === undefined) break;
        if (message && phase === 'login') authenticate(message);
        else if (message) await handle(message);
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
    const answer = await exchange(batch);
    if (!socket.destroyed && !socket.write(answer)) await drained(socket);
    if (isIdle(answer)) {
      release();
      release = undefined;
    }
  }

  function exchange(messages: Buffer): Promise<Uint8Array> {
    return (shared.database() as WireDatabase).exchange(new Uint8Array(messages));
  }

  /** The connection has gone: what it left open goes with it. */
  async function finish(): Promise<void> {
    if (!used) return release?.();
    used = false;
    const held = release ?? (await turns.take());
    release = undefined;
    if (!held) return;
    try {
      await exchange(endOfSession);
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

  /** False: handled here, and the connection continues. */
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

  function begin({ user = superuser, database: name = user }: Record<string, string>): void {
    if (!shared.database()) {
      socket.end(errorResponse('57P03', 'the database system is starting up'));
      return;
    }
    login = { user, name, scram: createScramLogin(shared.keys), answered: false };
    phase = 'login';
    socket.write(authentication.sasl('SCRAM-SHA-256'));
  }

  /** As PostgreSQL does: the password first, then whether the database is there. */
  function authenticate(message: Buffer): void {
    const { user, name, scram, answered } = login as Login;
    const text = saslMessage(message, { isFirst: !answered });
    const answer = text === undefined ? undefined : answered ? scram.final(text) : scram.first(text);
    if (answer === undefined || (answered && user !== superuser)) {
      socket.end(errorResponse('28P01', `password authentication failed for user "${user}"`));
    } else if (!answered) {
      (login as Login).answered = true;
      socket.write(authentication.saslContinue(answer));
    } else if (name !== shared.name) {
      socket.end(errorResponse('3D000', `database "${name}" does not exist`));
    } else {
      phase = 'open';
      socket.write(authentication.saslFinal(answer));
      socket.write(greeting((shared.database() as WireDatabase).version));
    }
  }

  function cut(length: number): Buffer | undefined {
    const max = phase === 'open' ? maxMessageBytes : maxLoginBytes;
    if (length < 4 || length > max) throw new Error(`a message of ${length} bytes`);
    if (buffer.length < length) return undefined;
    const message = buffer.subarray(0, length);
    buffer = buffer.subarray(length);
    return message;
  }
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
