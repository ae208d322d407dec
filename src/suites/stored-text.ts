import { attempt } from '../check/exchange.ts';
import type { PostgresProbe, SqlStep } from '../check/probes.ts';
import { quote } from './tenant-sql.ts';

/** Counts rows of a tenant that hold a text, in the database: a cache may still give the owner what was there before. */
export async function countTenantRows(
  postgres: PostgresProbe,
  { users, stored, setting }: { users: string; stored: string; setting: string },
  tenant: string,
  text: string,
): Promise<{ rows?: number; problem?: string }> {
  const steps: SqlStep[] = [
    { sql: 'begin' },
    { sql: 'select set_config($1, $2, true)', values: [setting, tenant] },
    {
      sql: `select count(*)::int as rows from ${quote(stored)} s join ${quote(users)} u on u.id = s.user_id
            where u.tenant_id = $1 and position($2 in s::text) > 0`,
      values: [tenant, text],
    },
    { sql: 'rollback' },
  ];
  const { value, failure } = await attempt(postgres.session({ steps }));
  const counted = value?.[2];
  if (counted?.ok) return { rows: Number(counted.rows[0]?.rows) };
  const why = failure?.message ?? counted?.message ?? 'no answer';
  return { problem: `what is stored cannot be read: ${why}` };
}
