import type { Connection } from './connection.ts';

export interface InvalidIndex {
  name: string;
  /** `index public.users_email_idx of table public.users`. */
  what: string;
  /** Statement that builds it again. */
  repair: string;
}

/**
 * Resolves to the indexes that a failed or interrupted statement left behind: queries do not use them, and a unique one
 * does not find duplicates of older rows. Excludes indexes that are being built, and those of partitioned tables, which
 * are invalid until all partitions have theirs.
 */
export async function findInvalidIndexes({ query }: Pick<Connection, 'query'>): Promise<InvalidIndex[]> {
  return query<InvalidIndex & Record<string, unknown>>(
    `select i.relname::text as name, format('index %I.%I of table %I.%I', n.nspname, i.relname, tn.nspname, t.relname) as what,
            format('reindex index concurrently %I.%I', n.nspname, i.relname) as repair
       from pg_index x join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = i.relnamespace
       join pg_class t on t.oid = x.indrelid join pg_namespace tn on tn.oid = t.relnamespace
      where not (x.indisvalid and x.indisready) and i.relkind = 'i' and n.nspname !~ '^pg_'
        and not exists (select from pg_stat_progress_create_index p where p.index_relid = i.oid or p.relid = t.oid)
      order by 2`,
  );
}
