import { connect, type Server } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { askHealth } from '../runners/embedded/health.ts';
import { startupMessage } from './frames.ts';
import { createWireServer } from './wire.ts';

let database: PGlite;
let server: Server;
let port: number;
let isOpen = true;
const password = 'a password, of this test';
const clients: pg.Client[] = [];

async function open(options: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database: 'postgres',
    ...options,
  });
  client.on('error', () => {});
  await client.connect();
  clients.push(client);
  return client;
}

beforeAll(async () => {
  database = await PGlite.create();
  const exchange = (messages: Uint8Array) => database.execProtocolRaw(messages);
  const wired = { version: '18.6', exchange };
  server = createWireServer({ name: 'postgres', password, database: () => (isOpen ? wired : undefined) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as { port: number }).port;
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end().catch(() => {})));
});
afterAll(async () => {
  server.close();
  await database.close();
});

describe('the wire of the embedded database', () => {
  it('never mixes the parameters of queries that many connections ask at once', async () => {
    const connections = await Promise.all(Array.from({ length: 8 }, () => open()));
    const asked = Array.from({ length: 200 }, (_, index) => {
      const client = connections[index % connections.length] as pg.Client;
      return index % 2 === 0
        ? client.query('select $1::int + $2::int as sum', [index, 1]).then(({ rows }) => rows[0].sum)
        : client.query('select $1::text as sum', [String(index + 1)]).then(({ rows }) => Number(rows[0].sum));
    });
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
  });

  it('keeps other connections out of an open transaction, and serves them after it', async () => {
    const [writer, reader] = [await open(), await open()];
    await writer.query('create table if not exists seen (n int)');
    await writer.query('begin');
    await writer.query('insert into seen values (1)');
    let answered = false;
    const reading = reader.query('select count(*)::int as n from seen').then(({ rows }) => {
      answered = true;
      return rows[0].n;
    });
    await writer.query('insert into seen values (2)');
    expect(answered).toBe(false);
    await writer.query('commit');
    expect(await reading).toBe(2);
  });

  it('rolls back what a connection left open when it went', async () => {
    const [lost, other] = [await open(), await open()];
    await lost.query('create table if not exists kept (n int)');
    await lost.query('begin');
    await lost.query('insert into kept values (1)');
    const waiting = other.query('select count(*)::int as n from kept');
    (lost as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    expect((await waiting).rows).toEqual([{ n: 0 }]);
  });

  it('forgets the settings and the role of a session that ended', async () => {
    const first = await open();
    await first.query('create role visitor');
    await first.query("set role visitor; set app.current_tenant_id = 'a'; set search_path = pg_catalog");
    await first.end();
    const { rows } = await (await open()).query(
      "select current_user as role, current_setting('app.current_tenant_id', true) as tenant, current_setting('search_path') as path",
    );
    expect(rows).toEqual([{ role: 'postgres', tenant: '', path: 'public' }]);
  });

  it('gives the place of a waiting connection that went to the next one', async () => {
    const [holder, impatient, patient] = [await open(), await open(), await open()];
    await holder.query('begin');
    const lost = impatient.query('select 1').catch((error: Error) => error.message);
    const served = patient.query('select 2 as n');
    (impatient as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    expect(await lost).toBe('Connection terminated unexpectedly');
    await holder.query('select 3');
    await holder.query('commit');
    expect((await served).rows).toEqual([{ n: 2 }]);
  });

  it('continues the same connection after an error, inside and outside of a transaction', async () => {
    const client = await open();
    await expect(client.query('select $1::int', ['x'])).rejects.toMatchObject({ code: '22P02' });
    await client.query('begin');
    await expect(client.query('select nothing')).rejects.toMatchObject({ code: '42703' });
    await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
    await client.query('rollback');
    expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  });

  it('says that another database does not exist, and that it has no TLS', async () => {
    await expect(open({ database: 'other' })).rejects.toMatchObject({ code: '3D000' });
    await expect(open({ ssl: true })).rejects.toThrow('The server does not support SSL connections');
  });

  it.each([
    ['another password', { password: 'another' }],
    ['another user', { user: 'anybody' }],
    ['another user of a database that does not exist', { user: 'anybody', database: 'other' }],
  ])('refuses %s as PostgreSQL does', async (_, options) => {
    await expect(open(options)).rejects.toMatchObject({
      code: '28P01',
      severity: 'FATAL',
      message: `password authentication failed for user "${'user' in options ? options.user : 'postgres'}"`,
    });
  });

  it.each([
    ['a query before the login', Buffer.from('Q\0\0\0\x0dselect 1\0', 'latin1')],
    ['an unknown mechanism', Buffer.from('p\0\0\0\x11PLAIN\0\0\0\0\x03x\0y', 'latin1')],
    ['a message without nonce', Buffer.from('p\0\0\0\x1bSCRAM-SHA-256\0\0\0\0\x05n,,n=', 'latin1')],
    ['a length beyond all messages of a login', Buffer.from('p\x0f\xff\xff\xff', 'latin1')],
  ])('ends a connection that sends %s, and no other', async (_, bytes) => {
    const socket = connect(port, '127.0.0.1');
    const answer = new Promise<string>((resolve) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      socket.on('close', () => resolve(text));
    });
    socket.write(Buffer.concat([startupMessage({ user: 'postgres', database: 'postgres' }), bytes]));
    expect(await answer).toMatch(/SCRAM-SHA-256\0\0E.*(28P01|XX000)/s);
    expect((await (await open()).query('select 1 as n')).rows).toEqual([{ n: 1 }]);
  });

  it('refuses clients until the database is open, as PostgreSQL does', async () => {
    isOpen = false;
    await expect(open()).rejects.toMatchObject({
      code: '57P03',
      message: 'the database system is starting up',
    });
    isOpen = true;
    await open();
  });

  it('is healthy for the one that knows its password alone', async () => {
    const ask = (given: string) =>
      askHealth({ kind: 'postgres', database: 'postgres', password: given }, port, 5000);
    await ask(password);
    await expect(ask('another')).rejects.toThrow('password authentication failed');
  });

  it('sends large results whole', async () => {
    const client = await open();
    const { rows } = await client.query("select repeat('x', 1000) as text from generate_series(1, 5000)");
    expect(rows.length * rows[0].text.length).toBe(5_000_000);
  });
});
