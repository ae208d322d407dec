/**
 * One statement that makes many attempts as another role, each rolled back, and reads where the rows are after each: a
 * round trip for a table instead of five for an attempt. Pure.
 */
import { literal, quote } from './tenant-sql.ts';

/** For which tenant an attempt is made: A, B, one with an empty setting, or one with a setting that was never set. */
export type Caller = 'a' | 'b' | 'empty' | 'unset';

export interface BatchAttempt {
  id: string;
  caller: Caller;
  /** Tried one after another while each ends with an error that is not of a privilege or a policy. */
  sqls: string[];
  /** The statement returns a number of rows. Else where the rows are is compared with before. */
  isRead: boolean;
  /**
   * Default: the first look after a statement that writes, none after one that reads. `all`: rows elsewhere may go too;
   * `affected`: where the statement changed a row.
   */
  looks?: 'all' | 'affected';
}

export interface Batch {
  /** Role to take for the attempts; absent: the connection's own. */
  role?: string;
  /** Arrays of text that the inspecting role computes first; `{{name}}` is all, `{{name.1}}` the first value. */
  sets: { name: string; caller: 'a' | 'b'; sql: string }[];
  /** Each returns a text that changes with the rows that it looks at. */
  looks: string[];
  attempts: BatchAttempt[];
}

/** The result of an attempt. `before` and `after` are those of the looks that changed. */
export interface BatchOutcome {
  id: string;
  /** Index of the statement of `sqls` that counted. */
  variant: number;
  rows: number;
  code: string | null;
  message: string | null;
  before: string[];
  after: string[];
}

export interface BatchResult {
  /** Number of values by set; the error of one that could not be computed. */
  sets: Record<string, number | string>;
  /** Result of the first look before the attempts. */
  base: string | null;
  outcomes: BatchOutcome[];
  /** Why the batch ended early. */
  error: string | null;
}

export interface BatchFrame {
  setting: string;
  /** Values of the setting. */
  values: { a: string; b: string; empty: string };
  /** The setting is left as it is while the inspecting role looks, because it sees all rows. */
  inspectorSeesAll: boolean;
  /** In no text of the batch. */
  tag: string;
}

export const settingOfResult = (index: number) => `meatymusic.result${index}`;

/** Builds the statement for several batches; their results are in the setting `settingOfResult(index)`. */
export function batchStatement(batches: readonly Batch[], frame: BatchFrame, index: number): string {
  const { setting, values, inspectorSeesAll, tag } = frame;
  const plan = batches.map(({ role, ...batch }) => ({
    ...batch,
    sets: neededSets(batch),
    become: role === undefined ? null : `set local role ${quote(role)}`,
  }));
  const settings = `jsonb_build_object('a', ${literal(values.a)}, 'b', ${literal(values.b)}, 'empty', ${literal(values.empty)})`;
  const setFor = (caller: string) =>
    inspectorSeesAll ? '' : `perform set_config(${literal(setting)}, settings->>${caller}, true);`;
  return `do $b${tag}$
declare
  settings constant jsonb := ${settings};
  results jsonb := '[]';
  batch jsonb; become text; filled text; looks text[]; sets jsonb; outcomes jsonb; failed text;
  item jsonb; statement text; found text[]; problem text; message text; value text;
  base text[]; seen text[]; n bigint; variant int; last_variant int; at int; is_read boolean;
begin
  for batch in select * from jsonb_array_elements($p${tag}$${JSON.stringify(plan)}$p${tag}$::jsonb) loop
    become := batch->>'become'; filled := batch->>'attempts'; sets := '{}'; outcomes := '[]'; failed := null; base := '{}';
    looks := array(select * from jsonb_array_elements_text(batch->'looks'));
    begin
      for item in select * from jsonb_array_elements(batch->'sets') loop
        found := null; problem := null;
        begin
          ${setFor("(item->>'caller')")}
          execute item->>'sql' into found;
          raise exception using errcode = 'MM001';
        exception when sqlstate 'MM001' then null;
          when others then problem := sqlerrm || ' (' || sqlstate || ')';
        end;
        sets := sets || jsonb_build_object(item->>'name', case when problem is null then to_jsonb(coalesce(cardinality(found), 0)) else to_jsonb(problem) end);
        value := quote_literal(coalesce(found, '{}')::text);
        looks := array(select replace(l, '{{' || (item->>'name') || '}}', value) from unnest(looks) l);
        value := to_jsonb(value)::text;
        filled := replace(filled, '{{' || (item->>'name') || '}}', substr(value, 2, length(value) - 2));
        value := to_jsonb(coalesce(quote_literal(found[1]), 'null'))::text;
        filled := replace(filled, '{{' || (item->>'name') || '.1}}', substr(value, 2, length(value) - 2));
      end loop;
      -- Where the rows are before.
      begin
        ${setFor("'b'")}
        foreach statement in array looks loop
          execute statement into value;
          base := base || coalesce(value, '');
        end loop;
        raise exception using errcode = 'MM001';
      exception when sqlstate 'MM001' then null;
      end;
      for item in select * from jsonb_array_elements(filled::jsonb) loop
        variant := -1; is_read := (item->>'isRead')::boolean; last_variant := jsonb_array_length(item->'sqls') - 1;
        for statement in select * from jsonb_array_elements_text(item->'sqls') loop
          variant := variant + 1; n := 0; problem := null; message := null; seen := base;
          begin
            if item->>'caller' <> 'unset' then
              perform set_config(${literal(setting)}, settings->>(item->>'caller'), true);
            end if;
            if become is not null then execute become; end if;
            begin
              if is_read then
                execute statement into n;
              else
                execute statement;
                get diagnostics n = row_count;
              end if;
              set constraints all immediate;
            exception when query_canceled or others then problem := sqlstate; message := sqlerrm;
            end;
            if become is not null then reset role; end if;
            if problem is null and (not is_read or item ? 'looks') then
              ${setFor("'b'")}
              for at in 1..case when item->>'looks' = 'all' or item ? 'looks' and n > 0 then cardinality(looks) else least(1, cardinality(looks)) end loop
                execute looks[at] into value;
                seen[at] := coalesce(value, '');
              end loop;
            end if;
            raise exception using errcode = 'MM001';
          exception when sqlstate 'MM001' then null;
            when query_canceled or others then problem := sqlstate; message := sqlerrm;
          end;
          exit when problem is null or problem = '42501';
        end loop;
        outcomes := outcomes || (jsonb_build_object('id', item->>'id', 'variant', variant, 'rows', n, 'code', problem, 'message', message)
          || case when seen = base then '{"before": [], "after": []}' else jsonb_build_object(
            'before', (select jsonb_agg(base[i] order by i) from generate_subscripts(base, 1) i where base[i] <> seen[i]),
            'after', (select jsonb_agg(seen[i] order by i) from generate_subscripts(base, 1) i where base[i] <> seen[i])) end);
      end loop;
    exception when others then failed := sqlerrm || ' (' || sqlstate || ')';
    end;
    results := results || jsonb_build_array(jsonb_build_object('sets', sets, 'base', base[1], 'outcomes', outcomes, 'error', failed));
  end loop;
  perform set_config('${settingOfResult(index)}', results::text, true);
end
$b${tag}$`;
}

/** Returns the sets that the attempts or looks mention, and those that are results themselves. */
function neededSets({ sets, looks, attempts }: Batch): Batch['sets'] {
  const text = JSON.stringify([looks, attempts]);
  return sets.filter(
    ({ name }) => name === 'held' || text.includes(`{{${name}}}`) || text.includes(`{{${name}.1}}`),
  );
}

/** Builds the statement that makes rows, and keeps those that could be made. */
export function makingStatement(
  rows: readonly { table: string; tenant?: 'a' | 'b'; count?: string; wanted?: number; variants: string[] }[],
  frame: BatchFrame,
  index: number,
  isSet: boolean,
): string {
  const { setting, values, tag } = frame;
  return `do $b${tag}$
declare
  item jsonb; statement text; n bigint; problem text; problems jsonb := '[]';
begin
  for item in select * from jsonb_array_elements($p${tag}$${JSON.stringify(rows)}$p${tag}$::jsonb) loop
    ${
      isSet
        ? `perform set_config(${literal(setting)}, case item->>'tenant' when 'b' then ${literal(values.b)} else ${literal(values.a)} end, true);`
        : ''
    }
    for turn in 1..coalesce((item->>'wanted')::int, 1) loop
      n := 0;
      if item ? 'count' then
        begin
          execute item->>'count' into n;
        exception when others then n := 0;
        end;
      end if;
      exit when n >= coalesce((item->>'wanted')::int, 1);
      problem := null;
      for statement in select * from jsonb_array_elements_text(item->'variants') loop
        begin
          execute statement;
          set constraints all immediate;
          set constraints all deferred;
          problem := null;
          exit;
        exception when others then problem := coalesce(problem, sqlerrm || ' (' || sqlstate || ')');
        end;
      end loop;
      if problem is not null then
        problems := problems || jsonb_build_object('table', item->>'table', 'tenant', item->>'tenant', 'problem', problem);
      end if;
    end loop;
  end loop;
  perform set_config('${settingOfResult(index)}', problems::text, true);
end
$b${tag}$`;
}
