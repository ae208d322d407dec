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
  /** Also a reading one may change rows: a function. */
  looks?: boolean;
}

export interface Batch {
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
  outcomes: BatchOutcome[];
}

export interface BatchFrame {
  /** Role to take for the attempts; absent: the connection's own. */
  role?: string;
  setting: string;
  /** Values of the setting. */
  values: { a: string; b: string; empty: string };
  /** The setting is left as it is while the inspecting role looks, because it sees all rows. */
  inspectorSeesAll: boolean;
  /** In no text of the batch. */
  tag: string;
}

export const settingOfResult = (index: number) => `meatymusic.result${index}`;

/** Builds the statement; its result is in the setting `settingOfResult(index)` until the transaction ends. */
export function batchStatement(batch: Batch, frame: BatchFrame, index: number): string {
  const { role, setting, values, inspectorSeesAll, tag } = frame;
  const become = role === undefined ? 'null' : literal(`set local role ${quote(role)}`);
  const plan = `$p${tag}$${JSON.stringify(batch)}$p${tag}$`;
  const settings = `jsonb_build_object('a', ${literal(values.a)}, 'b', ${literal(values.b)}, 'empty', ${literal(values.empty)})`;
  return `do $b${tag}$
declare
  plan jsonb := ${plan};
  settings constant jsonb := ${settings};
  become constant text := ${become};
  filled text := plan->>'attempts';
  look_texts text;
  sets jsonb := '{}';
  outcomes jsonb := '[]';
  item jsonb; statement text; found text[]; problem text; message text;
  base text[]; seen text[]; n bigint; variant int; is_done boolean;
begin
  look_texts := plan->>'looks';
  for item in select * from jsonb_array_elements(plan->'sets') loop
    found := null; problem := null;
    begin
      ${inspectorSeesAll ? '' : `perform set_config(${literal(setting)}, settings->>(item->>'caller'), true);`}
      execute item->>'sql' into found;
      raise exception using errcode = 'MM001';
    exception when sqlstate 'MM001' then null;
      when others then problem := sqlerrm || ' (' || sqlstate || ')';
    end;
    sets := sets || jsonb_build_object(item->>'name', case when problem is null then to_jsonb(coalesce(cardinality(found), 0)) else to_jsonb(problem) end);
    statement := to_jsonb(quote_literal(coalesce(found, '{}')::text))::text;
    filled := replace(filled, '{{' || (item->>'name') || '}}', substr(statement, 2, length(statement) - 2));
    look_texts := replace(look_texts, '{{' || (item->>'name') || '}}', substr(statement, 2, length(statement) - 2));
    statement := to_jsonb(coalesce(quote_literal(found[1]), 'null'))::text;
    filled := replace(filled, '{{' || (item->>'name') || '.1}}', substr(statement, 2, length(statement) - 2));
  end loop;
  -- Where the rows are before.
  begin
    ${inspectorSeesAll ? '' : `perform set_config(${literal(setting)}, settings->>'b', true);`}
    base := '{}';
    for statement in select * from jsonb_array_elements_text(look_texts::jsonb) loop
      execute statement into message;
      base := base || coalesce(message, '');
    end loop;
    raise exception using errcode = 'MM001';
  exception when sqlstate 'MM001' then null;
  end;
  for item in select * from jsonb_array_elements(filled::jsonb) loop
    variant := 0; is_done := false;
    for statement in select * from jsonb_array_elements_text(item->'sqls') loop
      exit when is_done;
      n := 0; problem := null; message := null; seen := base;
      begin
        if item->>'caller' <> 'unset' then
          perform set_config(${literal(setting)}, settings->>(item->>'caller'), true);
        end if;
        if become is not null then execute become; end if;
        begin
          if (item->>'isRead')::boolean then
            execute statement into n;
          else
            execute statement;
            get diagnostics n = row_count;
          end if;
          set constraints all immediate;
        exception when query_canceled or others then problem := sqlstate; message := sqlerrm;
        end;
        if become is not null then reset role; end if;
        if problem is null and (not (item->>'isRead')::boolean or coalesce((item->>'looks')::boolean, false)) then
          ${inspectorSeesAll ? '' : `perform set_config(${literal(setting)}, settings->>'b', true);`}
          declare each text; saw text;
          begin
            seen := '{}';
            for each in select * from jsonb_array_elements_text(look_texts::jsonb) loop
              execute each into saw;
              seen := seen || coalesce(saw, '');
            end loop;
          end;
        end if;
        raise exception using errcode = 'MM001';
      exception when sqlstate 'MM001' then null;
        when query_canceled or others then problem := sqlstate; message := sqlerrm;
      end;
      is_done := problem is null or problem = '42501';
      if is_done or variant = jsonb_array_length(item->'sqls') - 1 then
        outcomes := outcomes || jsonb_build_object('id', item->>'id', 'variant', variant, 'rows', n, 'code', problem, 'message', message,
          'before', (select coalesce(jsonb_agg(base[i] order by i), '[]') from generate_subscripts(base, 1) i where base[i] is distinct from seen[i]),
          'after', (select coalesce(jsonb_agg(seen[i] order by i), '[]') from generate_subscripts(base, 1) i where base[i] is distinct from seen[i]));
        is_done := true;
      end if;
      variant := variant + 1;
    end loop;
  end loop;
  perform set_config('${settingOfResult(index)}', jsonb_build_object('sets', sets, 'outcomes', outcomes)::text, true);
end
$b${tag}$`;
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
