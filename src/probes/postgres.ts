import '../base/node-navigator.ts';
import pg from 'pg';
import { codeOf, messageOf } from '../base/errors.ts';
import {
  closeLink,
  destroyLink,
  guardLink,
  plainDatabaseUrl,
  refuseClearTextPassword,
  settled,
} from '../base/postgres-link.ts';
import { includesEffects, UndeclaredEffect } from '../check/effects.ts';
import { type DatabaseRole, ProbeError, type SqlOutcome, type SqlRows } from '../check/probes.ts';
import { addressOf } from './address.ts';
import { type Budget, budgetOf } from './budget.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';
import { addressText, networkError } from './network-error.ts';
import { assertConfined } from './postgres-effects.ts';
import { beginReadOnly, confinedSteps, freeStep, type Link, run, takeRole } from './postgres-steps.ts';

/** Of one call of the probe. */
const limits = { messageBytes: 16 * 1024 * 1024, totalBytes: 64 * 1024 * 1024, messages: 500_000 };

/** A connection for each call, thrown away behind it: what a check leaves open or set ends there. */
export function createPostgresProbe(context: ProbeContext): ClosableProbe<'postgres'> {
  const clients = new Set<pg.Client>();

  async function connected<T>(role: DatabaseRole, work: (link: Link) => Promise<T>): Promise<T> {
    const ownUrl = role === 'application' ? context.database.applicationUrl : undefined;
    // Also where the application has an address of its own: a database that does not run is not dialled.
    const ownerUrl = addressOf(context, 'database');
    const url = ownUrl ?? ownerUrl;
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
      const roleToTake = role === 'application' && !ownUrl ? context.database.applicationRole : undefined;
      // The server ends a long statement before the client gives up on a silent server.
      const statementTimeoutMs = Math.max(1, Math.floor(budget.ms * 0.9));
      return await work({ client, roleToTake, statementTimeoutMs });
    } catch (error) {
      if (error instanceof UndeclaredEffect) throw error;
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
        assertConfined(sql, context);
        await link.client.query(beginReadOnly(link));
        await takeRole(link);
        return run(link.client, { sql, ...(values ? { values } : {}) }, 'extended');
      }),
    session: ({ steps, as = 'owner' }) =>
      connected(as, async (link) => {
        const outcomes: SqlOutcome[] = [];
        const take = includesEffects(context.effects, 'temporary') ? freeStep : confinedSteps(context);
        for (const step of steps) outcomes.push(await attempt(() => take(link, step)));
        return outcomes;
      }),
    close() {
      for (const client of clients) destroyLink(client);
    },
  };
}

function clientFor(url: string, { ms }: Budget): pg.Client {
  let client: pg.Client;
  try {
    client = new pg.Client({
      connectionString: plainDatabaseUrl(url),
      application_name: 'meatymusic verify',
      connectionTimeoutMillis: ms,
      query_timeout: ms,
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
async function attempt(step: () => Promise<SqlRows>): Promise<SqlOutcome> {
  try {
    return { ok: true, ...(await step()) };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || isFatal(error) || isUnreadable(error)) throw error;
    return { ok: false, code: error.code ?? 'UNKNOWN', message: error.message };
  }
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
