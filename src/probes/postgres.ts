import '../base/node-navigator.ts';
import pg from 'pg';
import { codeOf, messageOf } from '../base/errors.ts';
import { isDeeperThan } from '../base/plain-object.ts';
import {
  closeLink,
  destroyLink,
  guardLink,
  plainDatabaseUrl,
  refuseClearTextPassword,
  settled,
} from '../base/postgres-link.ts';
import type { Json } from '../check/json.ts';
import {
  type DatabaseRole,
  ProbeError,
  type SqlOutcome,
  type SqlRows,
  type SqlStep,
} from '../check/probes.ts';
import { type Budget, budgetOf } from './budget.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';
import { addressText, networkError } from './network-error.ts';

/** Of a JSON value in a row: what reads it later walks through it. */
const maxDepth = 100;
/** Of one call of the probe. */
const limits = { messageBytes: 16 * 1024 * 1024, totalBytes: 64 * 1024 * 1024, messages: 500_000 };

/** Transactions are the steps' own; these begin one, and the application's role is taken right behind them. */
const beginsTransaction = /^\s*(begin|start\s+transaction)\b/i;

/** A connection for each call, thrown away behind it: what a check leaves open or set ends there. */
export function createPostgresProbe(context: ProbeContext): ClosableProbe<'postgres'> {
  const clients = new Set<pg.Client>();

  async function connected<T>(role: DatabaseRole, work: (link: Link) => Promise<T>): Promise<T> {
    const ownUrl = role === 'application' ? context.database.applicationUrl : undefined;
    const url = ownUrl ?? context.endpoints.databaseUrl;
    const target = targetOf(url);
    const budget = budgetOf(context, () => `${target} gave no answer`);
    const client = clientFor(url, budget);
    clients.add(client);
    let late: ProbeError | undefined;
    const unwatch = budget.watch((error) => {
      late = error;
      destroyLink(client);
    });
    try {
      await open(client);
      return await work({
        client,
        takeRole: role === 'application' && !ownUrl ? context.database.applicationRole : undefined,
        late: () => late,
        budget,
        target,
      });
    } catch (error) {
      throw late ?? toProbeError(error, target, budget);
    } finally {
      unwatch();
      // One that was cut off has nothing to say goodbye to.
      if (late) destroyLink(client);
      else await leave(client);
      clients.delete(client);
    }
  }

  return {
    query: ({ sql, values, as = 'owner' }) =>
      connected(as, async (link) => {
        await link.client.query('begin read only');
        await takeRole(link);
        return run(link.client, { sql, ...(values ? { values } : {}) });
      }),
    session: ({ steps, as = 'owner' }) =>
      connected(as, async (link) => {
        const outcomes: SqlOutcome[] = [];
        for (const step of steps) outcomes.push(await attempt(link, step));
        return outcomes;
      }),
    close() {
      for (const client of clients) destroyLink(client);
    },
  };
}

interface Link {
  client: pg.Client;
  /** Role to take inside each transaction. */
  takeRole: string | undefined;
  late(): ProbeError | undefined;
  budget: Budget;
  target: string;
}

function clientFor(url: string, { ms }: Budget): pg.Client {
  let client: pg.Client;
  try {
    client = new pg.Client({
      connectionString: plainDatabaseUrl(url),
      application_name: 'meatymusic verify',
      connectionTimeoutMillis: ms,
      // Each alone was seen to hang: the server's ends a long statement, the client's ends a silent server.
      query_timeout: ms,
      statement_timeout: Math.max(1, Math.floor(ms * 0.9)),
    });
  } catch {
    // The library's own error carries the whole address.
    throw new ProbeError(
      'DATABASE_URL',
      'the address of the database is not a URL that PostgreSQL understands',
    );
  }
  // A client without a listener ends the process when its connection breaks while it is idle.
  client.on('error', () => {});
  return client;
}

async function open(client: pg.Client): Promise<void> {
  const connecting = client.connect();
  refuseClearTextPassword(client);
  guardLink(client, limits);
  await connecting;
}

/** PGlite has one session behind all connections: a transaction left open would hold up the others. */
async function leave(client: pg.Client): Promise<void> {
  const status = client.getTransactionStatus();
  if (status === 'T' || status === 'E') await settled(client.query('rollback'), 500);
  await closeLink(client);
}

/** A failed step is an outcome; a lost connection ends the session. */
async function attempt(link: Link, step: SqlStep): Promise<SqlOutcome> {
  const { client } = link;
  // Without a transaction of the caller's there is nowhere to take the role in: the step gets one of its own.
  const alone =
    link.takeRole !== undefined && client.getTransactionStatus() === 'I' && !beginsTransaction.test(step.sql);
  try {
    if (alone) {
      await client.query('begin');
      await takeRole(link);
    }
    const rows = await run(client, step);
    if (beginsTransaction.test(step.sql)) await takeRole(link);
    if (alone) await client.query('commit');
    return { ok: true, ...rows };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || isFatal(error) || isUnreadable(error)) throw error;
    if (alone) await client.query('rollback');
    return { ok: false, code: error.code ?? 'UNKNOWN', message: error.message };
  }
}

async function takeRole({ client, takeRole: role }: Link): Promise<void> {
  if (role !== undefined) await client.query(`set local role ${client.escapeIdentifier(role)}`);
}

async function run(client: pg.Client, { sql, values }: SqlStep): Promise<SqlRows> {
  const startedAt = performance.now();
  const result = await client.query<Record<string, unknown>>(sql, values);
  // Several statements in one text: the last one's answer.
  const { rows, rowCount } = Array.isArray(result) ? (result as pg.QueryResult[]).at(-1)! : result;
  return { rows: rows.map(toJson), rowCount: rowCount ?? 0, durationMs: performance.now() - startedAt };
}

/** Dates, buffers and the like become what JSON says of them. */
function toJson(row: Record<string, unknown>): Record<string, Json> {
  if (isDeeperThan(row, maxDepth))
    throw new ProbeError('TOO_DEEP', `a value of the answer is nested deeper than ${maxDepth} levels`);
  return JSON.parse(
    JSON.stringify(row, (_key, value) => (typeof value === 'bigint' ? String(value) : value)),
  );
}

function isFatal({ severity }: pg.DatabaseError): boolean {
  return severity === 'FATAL' || severity === 'PANIC';
}

/** The driver's own error for a message that it does not know; it has none of a server's fields. */
function isUnreadable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === undefined && error.code === undefined;
}

function toProbeError(error: unknown, target: string, { ms }: Budget): ProbeError {
  if (error instanceof ProbeError) return error;
  if (codeOf(error) === 'PROTOCOL' || isUnreadable(error)) {
    const reason = isUnreadable(error) ? 'a message is of no known type' : messageOf(error);
    return new ProbeError('PROTOCOL', `${target}: what answers there does not speak PostgreSQL: ${reason}`);
  }
  if (error instanceof pg.DatabaseError) {
    const { code = 'UNKNOWN', message, detail, hint, severity } = error;
    return new ProbeError(code, `${target}: ${message} (${code})`, {
      ...(detail ? { detail } : {}),
      ...(hint ? { hint } : {}),
      ...(severity ? { severity } : {}),
    });
  }
  const { message } = error as Error;
  if (codeOf(error) === 'CLEARTEXT_PASSWORD_REFUSED') {
    return new ProbeError('CLEARTEXT_PASSWORD_REFUSED', `${target}: ${message}`);
  }
  if (/timeout/i.test(message)) return new ProbeError('TIMEOUT', `${target} gave no answer within ${ms} ms`);
  if (/does not support SSL/.test(message)) {
    return new ProbeError(
      'NO_TLS',
      `${target}: TLS is demanded, and the server has none; it was not used without`,
    );
  }
  if (/Connection terminated/.test(message)) {
    return new ProbeError('CONNECTION_LOST', `${target}: the server closed the connection`);
  }
  return networkError(error, target);
}

function targetOf(url: string): string {
  const plain = plainDatabaseUrl(url);
  if (!URL.canParse(plain)) return 'the database';
  const { hostname, port } = new URL(plain);
  return addressText(hostname.replace(/^\[|\]$/g, ''), Number(port || 5432)) || 'the database';
}
