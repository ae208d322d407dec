/** The tables that the contract asks for, and how those of a database deviate. Pure. */
import type { FoundKey, FoundTable } from './table-catalogue.ts';

type Family = 'id' | 'text' | 'flag' | 'time' | 'json';

export interface TableContract {
  columns: Record<string, Family>;
  unique: string[];
  /** Column → key of the table that it points at. */
  foreign: Record<string, string>;
}

export const foundationalTables: Record<'tenants' | 'users' | 'user_preferences', TableContract> = {
  tenants: {
    columns: {
      ...{
        id: 'id',
        name: 'text',
        display_name: 'text',
        slug: 'text',
        description: 'text',
        is_active: 'flag',
      },
      ...{ is_trial: 'flag', trial_ends_at: 'time', created_at: 'time', updated_at: 'time' },
    },
    unique: ['slug'],
    foreign: {},
  },
  users: {
    columns: {
      ...{ id: 'id', tenant_id: 'id', clerk_user_id: 'text', email: 'text', username: 'text' },
      ...{ first_name: 'text', last_name: 'text', is_active: 'flag', email_verified: 'flag' },
      ...{ last_login_at: 'time', created_at: 'time', updated_at: 'time' },
    },
    unique: ['clerk_user_id', 'email', 'username'],
    foreign: { tenant_id: 'tenants' },
  },
  user_preferences: {
    columns: { id: 'id', user_id: 'id', preferences: 'json', created_at: 'time', updated_at: 'time' },
    unique: ['user_id'],
    foreign: { user_id: 'users' },
  },
};

const families: Record<Exclude<Family, 'id'>, RegExp> = {
  text: /^(text|character varying|character|citext|name)\b/,
  flag: /^boolean$/,
  time: /^timestamp/,
  json: /^jsonb?$/,
};

type TableFailure = 'table-missing' | 'column-missing' | 'wrong-type' | 'key-missing' | 'index-missing';

export interface TableProblem {
  code: TableFailure;
  text: string;
}

export function judgeColumns(
  table: string,
  columns: Record<string, Family>,
  found: FoundTable,
  has: (column: string) => boolean,
  identifierTypes: readonly string[],
): TableProblem[] {
  const wanted = Object.entries(columns).filter(([column]) => has(column));
  const missing = wanted
    .filter(([column]) => !Object.hasOwn(found.columns, column))
    .map(([column]) => column);
  const wrong = wanted.flatMap(([column, family]) => {
    const type = found.columns[column];
    if (type === undefined) return [];
    const fits = family === 'id' ? identifierTypes.includes(type) : families[family].test(type);
    const wish = family === 'id' ? identifierTypes.join(' or ') : family;
    return fits ? [] : [{ code: 'wrong-type' as const, text: `${table}.${column} is ${type}, not ${wish}` }];
  });
  return [
    ...(missing.length > 0
      ? [{ code: 'column-missing' as const, text: `${table} lacks ${missing.join(', ')}` }]
      : []),
    ...wrong,
  ];
}

export function judgeKeys(
  table: string,
  wanted: TableContract,
  found: FoundTable,
  has: (column: string) => boolean,
  nameOf: (key: string) => string | false | undefined,
): TableProblem[] {
  const key = (text: string): TableProblem => ({ code: 'key-missing', text });
  const problems: TableProblem[] = [];
  if (found.primary.join() !== 'id') problems.push(key(`${table} has no primary key on id`));
  // A key of a user and its tenant is one of the user alone: a user has one tenant.
  const keysOf = (column: string) =>
    found.foreign.filter(
      ({ columns, referenced, holds }) => holds && referenced[columns.indexOf(column)] === 'id',
    );
  for (const column of wanted.unique.filter(has)) {
    const wider = keysOf(column).map(({ columns }) => columns);
    if (![[column], ...wider].some((columns) => found.uniques.some((each) => areSame(each, columns)))) {
      problems.push(key(`${table}.${column} is not unique`));
    }
  }
  for (const [column, target] of Object.entries(wanted.foreign).filter(([name]) => has(name))) {
    const targetTable = nameOf(target);
    if (targetTable === false) continue;
    const leads = ({ columns, referenced, table: to }: FoundKey) =>
      to === targetTable && columns.includes(column) && referenced[columns.indexOf(column)] === 'id';
    const keys = found.foreign.filter(leads);
    if (keys.length === 0) problems.push(key(`${table}.${column} is no foreign key to ${targetTable}`));
    else if (!keys.some(({ holds }) => holds)) {
      problems.push(
        key(`${table}.${column}: the foreign key to ${targetTable} is not validated, or not enforced`),
      );
    }
    const serves = (index: string[]) =>
      index[0] === column || keys.some(({ columns }) => areSame(index.slice(0, columns.length), columns));
    if (!found.indexes.some(serves)) {
      problems.push({ code: 'index-missing', text: `${table}.${column} has no index` });
    }
  }
  return problems;
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && others.every((name) => some.includes(name));
}
