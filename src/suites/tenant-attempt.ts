/** An attempt on the rows of another tenant, and where those rows are. Pure. */
import type { Batch, BatchAttempt } from './tenant-batch.ts';
import type { Subject } from './tenant-reach.ts';
import type { RowSource } from './tenant-rows.ts';
import { arrayOf, qualified, quote } from './tenant-sql.ts';

export type AttemptKind =
  | 'own'
  | 'read'
  | 'read-after-change'
  | 'change'
  | 'take-over'
  | 'give-away'
  | 'insert'
  | 'upsert'
  | 'delete'
  | 'truncate'
  | 'trigger'
  | 'reference'
  | 'call';

/** An attempt and what it is about. */
export interface Attempt extends BatchAttempt {
  kind: AttemptKind;
  /** Name of the relation or function. */
  target: string;
  role: string;
}

export interface AttackPlan extends Batch {
  attempts: Attempt[];
}

export interface AttackSource extends RowSource {
  tenants: { a: string; b: string };
  /** Schema in which the role can create tables, by role. */
  createsIn: ReadonlyMap<string, string | null>;
}

/** Returns a text that changes with the rows of tenant B in a table, and their number before the colon. */
export function lookAt({ relation, owner }: Subject, set: string): string {
  return `select count(*) || ':' || coalesce(sum(hashtext(t.tableoid::text || t.ctid::text)::int8), 0) from ${qualified(relation)} t where t.${quote(owner.name)} = any({{${set}}}::${arrayOf(owner)})`;
}

/** Returns the subject and all whose rows go with its rows. */
export function withDescendants(source: RowSource, subject: Subject): Subject[] {
  const found = [subject];
  for (const each of found) {
    for (const key of source.tenancy.keys.filter(({ parent }) => parent === each.relation.oid)) {
      const child = source.subjects.find(({ relation }) => relation.oid === key.child);
      if (child && !found.includes(child)) found.push(child);
    }
  }
  return found;
}
