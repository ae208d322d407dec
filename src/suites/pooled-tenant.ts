import type { SqlOutcome, SqlStep } from '../check/probes.ts';
import type { TenantProblem } from './tenant-judgement.ts';

/** Steps on one connection of a pool: without a tenant, with one, and again without. */
export function pooledSteps(
  { schema, setting }: { schema: string; setting: string },
  names: string[],
  tenant: string,
): SqlStep[] {
  const quote = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`;
  const look = {
    sql: `select current_setting($1, true) as setting, ${names
      .map((name, index) => `(select count(*)::int from ${quote(schema)}.${quote(name)}) as rows${index}`)
      .join(', ')}`,
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
export function judgePooled(outcomes: readonly SqlOutcome[]): TenantProblem | undefined {
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
