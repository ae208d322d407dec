/** The connections of an inspection: the role of the application, those that it may take, the tenants that exist. */
import { attempt } from '../check/exchange.ts';
import type { DatabaseRole, PostgresProbe, SqlRows, SqlStep } from '../check/probes.ts';
import { existingTenantsQuery, inventTenant } from './tenant-facts.ts';
import type { Reach } from './tenant-reach.ts';
import { quote } from './tenant-sql.ts';

export interface Application {
  name: string;
  session: string;
  version: number;
  as: DatabaseRole;
  notes: string[];
}

/** Resolves to the rows of a query of the inspecting connection, or to its error. */
export async function inspect(postgres: PostgresProbe, step: SqlStep): Promise<SqlRows['rows'] | string> {
  // To compile a query over the catalogue takes longer than to run it.
  const steps = [{ sql: 'begin read only' }, { sql: 'set local jit = off' }, step, { sql: 'rollback' }];
  const { value, failure } = await attempt(postgres.session({ steps }));
  const outcome = value?.[2];
  if (outcome?.ok) return outcome.rows;
  return failure?.message ?? (outcome ? `${outcome.message} (${outcome.code})` : 'no result');
}

/** The role of a stack that names none; on a stack that we did not start, it need not be there. */
const defaultRole = 'meatymusic_app';

/** Resolves to the role that the application has; to the connection's own where no role is configured and none is there. */
export async function findApplication(
  postgres: PostgresProbe,
  runtime: string,
): Promise<Application | { failure: string; code: 'role-missing' | 'not-judged' }> {
  const sql = `select current_user::text as name, session_user::text as session, current_setting('server_version_num')::int / 10000 as version`;
  const ask = async (as: DatabaseRole, notes: string[]) => {
    const { value, failure } = await attempt(postgres.query({ sql, as }));
    if (failure) return { failure };
    const row = value.rows[0] ?? {};
    return {
      found: {
        name: String(row.name),
        session: String(row.session),
        version: Number(row.version),
        as,
        notes,
      },
    };
  };
  const { found, failure } = await ask('application', []);
  if (found) return found;
  const isMissing = ['22023', '42501', '42704'].includes(failure.code);
  if (
    runtime === 'external' &&
    isMissing &&
    failure.code !== '42501' &&
    failure.message.includes(`"${defaultRole}"`)
  ) {
    const own = await ask('owner', ['no role of the application is configured']);
    if (own.found) return own.found;
  }
  return { failure: failure.message, code: isMissing ? 'role-missing' : 'not-judged' };
}

/** Resolves to the roles that the inspecting connection may take, and to two tenants of `tenantsFor`. */
export async function survey(
  postgres: PostgresProbe,
  reach: Reach,
  roles: readonly string[],
  uuid: string,
): Promise<{ canBecome: ReadonlySet<string>; tenants: { a: string; b: string } | undefined }> {
  const sql = existingTenantsQuery(reach);
  const taken = roles.flatMap((name) => [
    { sql: 'savepoint role' },
    { sql: `set local role ${quote(name)}` },
    { sql: 'rollback to savepoint role' },
  ]);
  const steps = [
    ...[{ sql: 'begin read only' }, { sql: 'set local jit = off' }],
    ...[...taken, ...(sql ? [{ sql }] : []), { sql: 'rollback' }],
  ];
  const outcomes = (await attempt(postgres.session({ steps }))).value ?? [];
  const existing = sql ? outcomes[2 + taken.length] : undefined;
  return {
    canBecome: new Set(roles.filter((_, index) => outcomes[3 + index * 3]?.ok)),
    tenants: tenantsFor(reach, existing?.ok ? existing.rows.map(({ tenant }) => String(tenant)) : [], uuid),
  };
}

/** Returns two tenants: those that exist and have rows in the most tables, else made up. */
function tenantsFor(
  { root, subjects }: Reach,
  [a, b]: string[],
  uuid: string,
): { a: string; b: string } | undefined {
  if (a !== undefined && b !== undefined) return { a, b };
  const of = root ?? subjects.find(({ parent }) => !parent);
  const made = of && { a: inventTenant(of, uuid, 'a'), b: inventTenant(of, uuid, 'b') };
  return made?.a !== undefined && made.b !== undefined ? { a: made.a, b: made.b } : undefined;
}
