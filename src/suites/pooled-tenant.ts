import type { SqlOutcome, SqlStep } from '../check/probes.ts';
import { qualified, quote } from './tenant-sql.ts';

export interface PooledProblem {
  code: 'raises-without-tenant' | 'leaks' | 'shows-without-tenant';
  text: string;
}

/** Steps on one connection of a pool: without a tenant, with one, and again without. */
export function pooledSteps(
  setting: string,
  tables: readonly { schema: string; name: string; owner: string }[],
  tenant: string,
): SqlStep[] {
  const counts = tables.map(
    (each, index) =>
      `(select count(*)::int from (select from ${qualified(each)} where ${quote(each.owner)} is not null limit 1) x) as rows${index}`,
  );
  const look = {
    sql: `select ${['current_setting($1, true) as setting', ...counts].join(', ')}`,
    values: [setting],
  };
  return [
    { sql: 'begin read only' },
    look,
    { sql: 'rollback' },
    { sql: 'begin read only' },
    { sql: 'select set_config($1, $2, true)', values: [setting, tenant] },
    { sql: 'commit' },
    { sql: 'begin read only' },
    look,
    { sql: 'rollback' },
  ];
}

/** Returns a setting that is left from the transaction before, or rows without a tenant. */
export function judgePooled(outcomes: readonly SqlOutcome[]): PooledProblem | undefined {
  for (const [index, when] of [
    [1, 'in a new transaction'],
    [7, 'in the transaction behind one that had a tenant'],
  ] as const) {
    const outcome = outcomes[index]!;
    if (!outcome.ok) {
      return { code: 'raises-without-tenant', text: `${when}: ${outcome.message} (${outcome.code})` };
    }
    const { setting, ...counts } = outcome.rows[0] ?? {};
    if (setting) return { code: 'leaks', text: `${when} the setting is ${JSON.stringify(setting)}` };
    if (Object.values(counts).some((count) => count !== 0)) {
      return { code: 'shows-without-tenant', text: `${when} there are rows, with the setting unset` };
    }
  }
  return undefined;
}
