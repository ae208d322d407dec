import type pg from 'pg';
import { isDeeperThan } from '../base/plain-object.ts';
import { includesEffects } from '../check/effects.ts';
import type { Json } from '../check/json.ts';
import { ProbeError, type SqlRows, type SqlStep } from '../check/probes.ts';
import { type DeclaredEffects, refusal } from './effects.ts';
import { assertConfined, beginsReadOnly, statementOf } from './postgres-effects.ts';

/** Of a JSON value in a row: what reads it later walks through it. */
const maxDepth = 100;

export interface Link {
  client: pg.Client;
  /** Role to take inside each transaction. */
  roleToTake: string | undefined;
  /** Longest time of a statement in a transaction. */
  statementTimeoutMs: number;
}

/** The first query sets the snapshot: from then on the transaction cannot be made writable. */
const seal = 'select 1';

/** Returns the statements that begin a read-only transaction with a time limit. */
export function beginReadOnly(link: Link): string {
  return `begin read only; ${limitStatements(link)}; ${seal}`;
}

/** Sets the limit in the transaction: PgBouncer refuses it at the start of a connection, and would keep it in its pool. */
function limitStatements({ statementTimeoutMs }: Link): string {
  return `set local statement_timeout = ${statementTimeoutMs}`;
}

const isIdle = ({ client }: Link) => client.getTransactionStatus() === 'I';

/**
 * A step of a check that may write. Transactions are the steps' own; the application's role is taken behind the statement
 * that begins one, and a step without one gets one where a role has to be taken.
 */
export async function freeStep(link: Link, step: SqlStep): Promise<SqlRows> {
  const { client, roleToTake } = link;
  const begins = /^(begin|start)$/.test(statementOf(step.sql).word);
  const alone = roleToTake !== undefined && isIdle(link) && !begins;
  if (!alone) {
    const rows = await run(client, step);
    if (begins) {
      await client.query(limitStatements(link));
      await takeRole(link);
    }
    return rows;
  }
  try {
    await client.query(`begin; ${limitStatements(link)}`);
    await takeRole(link);
    const rows = await run(client, step);
    await client.query('commit');
    return rows;
  } catch (error) {
    await undoAfterError(client);
    throw error;
  }
}

/**
 * Steps of a check that may not leave anything behind, one statement each. What is outside of a transaction gets one that
 * is rolled back. With `rolled-back`, a transaction may write and cannot be committed; else all of them are read-only.
 */
export function confinedSteps(context: DeclaredEffects): (link: Link, step: SqlStep) => Promise<SqlRows> {
  const mayWrite = includesEffects(context.effects, 'rolled-back');
  let isWritable = false;
  return async (link, step) => {
    const { client } = link;
    const statement = assertConfined(step.sql, context, { inSession: true });
    const { word } = statement;
    if (word === 'begin' || word === 'start') {
      const wasIdle = isIdle(link);
      const rows = await run(client, step, 'extended');
      if (!wasIdle) return rows;
      isWritable = mayWrite && !beginsReadOnly(statement);
      const limit = limitStatements(link);
      await client.query(isWritable ? limit : `set transaction read only; ${limit}; ${seal}`);
      await takeRole(link);
      return rows;
    }
    if ((word === 'commit' || word === 'end') && isWritable && client.getTransactionStatus() === 'T')
      throw refusal(
        context,
        `committing what was written needs effects: 'temporary', and the check declares 'rolled-back'`,
      );
    if (!isIdle(link)) return run(client, step, 'extended');
    try {
      await client.query(mayWrite ? `begin; ${limitStatements(link)}` : beginReadOnly(link));
      await takeRole(link);
      const rows = await run(client, step, 'extended');
      await client.query('rollback');
      return rows;
    } catch (error) {
      await undoAfterError(client);
      throw error;
    }
  };
}

/** The error of the step is what counts: a rollback that fails on a broken connection ends with that connection. */
async function undoAfterError(client: pg.Client): Promise<void> {
  const status = client.getTransactionStatus();
  if (status === 'T' || status === 'E') await client.query('rollback').catch(() => {});
}

export async function takeRole({ client, roleToTake: role }: Link): Promise<void> {
  if (role !== undefined) await client.query(`set local role ${client.escapeIdentifier(role)}`);
}

/** `extended`: the protocol in which a text is one statement. */
export async function run(
  client: pg.Client,
  { sql, values }: SqlStep,
  queryMode?: 'extended',
): Promise<SqlRows> {
  const startedAt = performance.now();
  const query = { text: sql, ...(values ? { values } : {}), ...(queryMode ? { queryMode } : {}) };
  const result = await client.query<Record<string, unknown>>(query as pg.QueryConfig);
  // Several statements in one text: the last one's answer.
  const { rows, rowCount } = Array.isArray(result) ? (result as pg.QueryResult[]).at(-1)! : result;
  return { rows: rows.map(toJson), rowCount: rowCount ?? 0, durationMs: performance.now() - startedAt };
}

/** Dates, buffers and the like become their JSON form. */
function toJson(row: Record<string, unknown>): Record<string, Json> {
  if (isDeeperThan(row, maxDepth))
    throw new ProbeError('TOO_DEEP', `a value of the answer is nested deeper than ${maxDepth} levels`);
  return JSON.parse(
    JSON.stringify(row, (_key, value) => (typeof value === 'bigint' ? String(value) : value)),
  );
}
