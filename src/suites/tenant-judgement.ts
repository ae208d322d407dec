/** Judges the attempts of a tenant scenario. Pure. */
import type { Evidence } from '../check/evidence.ts';
import type { SqlOutcome } from '../check/probes.ts';
import type { AttemptKind, TenantAttempt } from './tenant-scenario.ts';

export type TenantFailure =
  | 'own-rows-hidden'
  | 'reads-foreign'
  | 'changes-foreign'
  | 'inserts-foreign'
  | 'shows-without-tenant'
  | 'raises-without-tenant'
  | 'leaks'
  | 'not-judged';

export interface TenantProblem {
  code: TenantFailure;
  text: string;
}

const readings: Record<string, [wanted: number, code: TenantFailure, text: string]> = {
  own: [1, 'own-rows-hidden', 'tenant A does not see its own row'],
  'other-own': [1, 'own-rows-hidden', 'after changing to tenant B, its own row is not seen'],
  select: [0, 'reads-foreign', 'tenant A reads a row of tenant B'],
  'select-all': [0, 'reads-foreign', 'tenant A finds rows of tenant B'],
  'other-select': [0, 'reads-foreign', 'after changing to tenant B, a row of tenant A is still read'],
  empty: [0, 'shows-without-tenant', 'with an empty setting there are rows'],
};

const writings: Partial<Record<AttemptKind, [code: TenantFailure, text: string]>> = {
  update: ['changes-foreign', 'tenant A changes a row of tenant B'],
  delete: ['changes-foreign', 'tenant A removes a row of tenant B'],
  'update-all': ['changes-foreign', 'an UPDATE without a condition changes rows of other tenants'],
  'delete-all': ['changes-foreign', 'a DELETE without a condition removes rows of other tenants'],
  upsert: ['changes-foreign', 'tenant A takes over a row of tenant B by ON CONFLICT'],
  insert: ['inserts-foreign', 'tenant A inserts a row into tenant B'],
  move: ['inserts-foreign', 'tenant A moves its own row to tenant B'],
};

/** 42501 is a policy's refusal, or a privilege that is not granted: the row is out of reach either way. */
export function judgeAttempt(
  { kind, table, step, own }: TenantAttempt,
  outcome: SqlOutcome,
): TenantProblem | undefined {
  const reading = readings[kind];
  if (reading) {
    const [wanted, code, text] = reading;
    if (outcome.ok) return outcome.rows[0]?.rows === wanted ? undefined : { code, text: `${table}: ${text}` };
    if (kind === 'empty') {
      return { code: 'raises-without-tenant', text: `${table}: ${outcome.message} (${outcome.code})` };
    }
    if (wanted === 0 && outcome.code === '42501') return undefined;
    return {
      code: wanted === 1 ? code : 'not-judged',
      text: `${table}: ${outcome.message} (${outcome.code})`,
    };
  }
  const [code, text] = writings[kind]!;
  if (outcome.ok) return outcome.rowCount <= own ? undefined : { code, text: `${table}: ${text}` };
  if (outcome.code === '42501') return undefined;
  return { code: 'not-judged', text: `${table}: ${kind}: ${outcome.message} (${outcome.code}); ${step.sql}` };
}

export function attemptEvidence({ kind, step }: TenantAttempt, outcome: SqlOutcome): Evidence {
  return outcome.ok
    ? { kind: 'query', label: kind, statement: step.sql, rows: outcome.rows, rowCount: outcome.rowCount }
    : { kind: 'query', label: kind, statement: step.sql, rows: [{ error: outcome.message }], rowCount: 0 };
}
