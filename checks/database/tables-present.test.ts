import { describe, expect, it } from 'vitest';
import { type Json, ProbeError } from '../../src/check/index.ts';
import { testCheck, verdictOf } from '../../src/check/tester.ts';
import { answers } from '../../src/testing/stub-probes.ts';
import check from './tables-present.ts';

const time = 'timestamp with time zone';

interface FoundKey {
  columns: string[];
  table: string;
  referenced: string[];
  holds: boolean;
}
const foreignKey = (column: string, table: string): FoundKey => ({
  ...{ columns: [column], table, referenced: ['id'], holds: true },
});
/** A key of the user and its tenant. */
const widerKey = {
  columns: ['tenant_id', 'user_id'],
  table: 'users',
  referenced: ['tenant_id', 'id'],
  holds: true,
};

const tables = () => ({
  tenants: {
    name: 'tenants',
    columns: {
      ...{
        id: 'uuid',
        name: 'text',
        display_name: 'text',
        slug: 'character varying(60)',
        description: 'text',
      },
      ...{
        is_active: 'boolean',
        is_trial: 'boolean',
        trial_ends_at: time,
        created_at: time,
        updated_at: time,
      },
    } as Record<string, string>,
    primary: ['id'],
    uniques: [['id'], ['slug']],
    foreign: [] as FoundKey[],
    indexes: [['id'], ['slug']],
  },
  users: {
    name: 'users',
    columns: {
      ...{ id: 'uuid', tenant_id: 'uuid', clerk_user_id: 'text', email: 'citext', username: 'text' },
      ...{ first_name: 'text', last_name: 'text', is_active: 'boolean', email_verified: 'boolean' },
      ...{ last_login_at: 'timestamp without time zone', created_at: time, updated_at: time },
    } as Record<string, string>,
    primary: ['id'],
    uniques: [['id'], ['clerk_user_id'], ['email'], ['username']],
    foreign: [foreignKey('tenant_id', 'tenants')],
    indexes: [['id'], ['tenant_id'], ['email']],
  },
  user_preferences: {
    name: 'user_preferences',
    columns: {
      id: 'uuid',
      user_id: 'uuid',
      preferences: 'jsonb',
      created_at: time,
      updated_at: time,
    } as Record<string, string>,
    primary: ['id'],
    uniques: [['id'], ['user_id']],
    foreign: [foreignKey('user_id', 'users')],
    indexes: [['id'], ['user_id']],
  },
});

const database = (
  change: (found: ReturnType<typeof tables>) => unknown = () => {},
  values: unknown[] = ['public', ['tenants', 'users', 'user_preferences']],
) => {
  const found = tables();
  const changed = change(found);
  const rows = (Array.isArray(changed) ? changed : Object.values(found)) as unknown as Record<string, Json>[];
  return {
    postgres: {
      query: answers([
        { sql: /from pg_class c join pg_namespace/, values },
        { rows, rowCount: rows.length, durationMs: 2 },
      ]),
    },
  };
};

testCheck(
  check,
  {
    passes: [
      { when: 'all is there', probes: database(), summary: '3 tables with columns, keys and indexes' },
      {
        when: 'identifiers are texts, and that is said',
        probes: database(({ users }) => {
          users.columns.tenant_id = 'character varying(36)';
        }),
        options: { identifierTypes: ['uuid', 'character varying(36)'] },
      },
      {
        when: 'one of two foreign keys is enforced',
        probes: database(({ users }) => {
          users.foreign.push({ ...users.foreign[0]!, holds: false });
        }),
      },
      {
        when: 'a table has another name',
        probes: database(
          ({ users }) => {
            users.name = 'accounts';
            return [tables().tenants, users];
          },
          ['public', ['tenants', 'accounts']],
        ),
        options: { tables: { users: 'accounts', user_preferences: false } },
      },
      {
        when: 'the key of the preferences has the tenant as well',
        probes: database(({ user_preferences }) => {
          user_preferences.columns.tenant_id = 'uuid';
          user_preferences.foreign = [widerKey];
          user_preferences.uniques = [['id'], ['user_id', 'tenant_id']];
          user_preferences.indexes = [['id'], ['user_id', 'tenant_id']];
        }),
      },
      {
        when: 'the index of the wider key has its columns in another order, and further ones behind',
        probes: database(({ user_preferences }) => {
          user_preferences.columns.tenant_id = 'uuid';
          user_preferences.foreign = [foreignKey('user_id', 'users'), widerKey];
          user_preferences.indexes = [['id'], ['tenant_id', 'user_id', 'id']];
        }),
      },
      {
        when: 'the tenant of users is left out on purpose, with its key',
        probes: database(({ users }) => {
          delete users.columns.tenant_id;
          users.foreign = [];
          users.indexes = [];
        }),
        options: { withoutColumns: ['users.tenant_id'] },
      },
      {
        when: 'the stack has no table of the tenants',
        probes: database(
          ({ users, user_preferences }) => {
            users.foreign = [];
            users.indexes = [];
            return [users, user_preferences];
          },
          ['public', ['users', 'user_preferences']],
        ),
        options: { tables: { tenants: false } },
      },
      {
        when: 'a column is left out on purpose',
        probes: database(({ users }) => {
          delete users.columns.username;
          users.uniques.pop();
        }),
        options: { withoutColumns: ['users.username'] },
      },
    ],
    fails: [
      {
        when: 'a table is missing',
        code: 'table-missing',
        probes: database(({ tenants, users }) => [tenants, users]),
        actual: 'public.user_preferences does not exist',
      },
      {
        when: 'columns are missing',
        code: 'column-missing',
        probes: database(({ users }) => {
          delete users.columns.email_verified;
          delete users.columns.last_name;
        }),
        actual: 'users lacks last_name, email_verified',
      },
      {
        when: 'identifiers are texts',
        code: 'wrong-type',
        probes: database(({ users }) => {
          users.columns.id = 'character varying(36)';
        }),
        actual: 'users.id is character varying(36), not uuid',
      },
      {
        when: 'a flag is a number',
        code: 'wrong-type',
        probes: database(({ tenants }) => {
          tenants.columns.is_trial = 'integer';
        }),
        actual: 'tenants.is_trial is integer, not flag',
      },
      {
        when: 'the slug is not unique',
        code: 'key-missing',
        probes: database(({ tenants }) => {
          tenants.uniques.pop();
        }),
        actual: 'tenants.slug is not unique',
      },
      {
        when: 'a slug is unique for each name only',
        code: 'key-missing',
        probes: database(({ tenants }) => {
          tenants.uniques = [['id'], ['slug', 'name']];
        }),
      },
      {
        when: 'users point nowhere',
        code: 'key-missing',
        probes: database(({ users }) => {
          users.foreign = [];
        }),
        actual: 'users.tenant_id is no foreign key to tenants',
      },
      {
        when: 'a foreign key is not enforced',
        code: 'key-missing',
        probes: database(({ users }) => {
          users.foreign[0]!.holds = false;
        }),
        actual: 'users.tenant_id: the foreign key to tenants is not validated, or not enforced',
      },
      {
        when: 'a foreign key refers to another column than the identifier',
        code: 'key-missing',
        probes: database(({ users }) => {
          users.foreign[0]!.referenced = ['slug'];
        }),
        actual: 'users.tenant_id is no foreign key to tenants',
      },
      {
        when: 'a foreign key leads to another table',
        code: 'key-missing',
        probes: database(({ users }) => {
          users.foreign[0]!.table = 'users';
        }),
        actual: 'users.tenant_id is no foreign key to tenants',
      },
      {
        when: 'another column has the foreign key',
        code: 'key-missing',
        probes: database(({ users }) => {
          users.foreign = [foreignKey('id', 'tenants')];
        }),
        actual: 'users.tenant_id is no foreign key to tenants',
      },
      {
        when: 'a foreign key leads to a table of another schema',
        code: 'key-missing',
        probes: database(({ users }) => {
          users.foreign[0]!.table = 'archive.tenants';
        }),
      },
      {
        when: 'a key of several columns refers to another column',
        code: 'key-missing',
        probes: database(({ user_preferences }) => {
          user_preferences.foreign = [{ ...widerKey, referenced: ['id', 'tenant_id'] }];
        }),
      },
      ...[
        { ...widerKey, holds: false },
        { ...widerKey, referenced: ['tenant_id', 'tenant_id'] },
      ].map((key) => ({
        when: `the user is unique in its tenant alone, by a key to ${key.referenced}${key.holds ? '' : ' that is not enforced'}`,
        code: 'key-missing' as const,
        probes: database(({ user_preferences }) => {
          user_preferences.foreign.push(key);
          user_preferences.uniques = [['id'], ['user_id', 'tenant_id']];
        }),
        actual: 'user_preferences.user_id is not unique',
      })),
      {
        when: 'two columns are unique together, of which one is in the wider key',
        code: 'key-missing',
        probes: database(({ user_preferences }) => {
          user_preferences.foreign = [widerKey];
          user_preferences.uniques = [['id'], ['user_id', 'created_at']];
        }),
        actual: 'user_preferences.user_id is not unique',
      },
      {
        when: 'the index of the wider key begins with another column',
        code: 'index-missing',
        probes: database(({ user_preferences }) => {
          user_preferences.foreign = [widerKey];
          user_preferences.indexes = [['id'], ['tenant_id', 'created_at', 'user_id']];
        }),
        actual: 'user_preferences.user_id has no index',
      },
      {
        when: 'there is no primary key',
        code: 'key-missing',
        probes: database(({ users }) => {
          users.primary = [];
        }),
      },
      {
        when: 'a foreign key has no index',
        code: 'index-missing',
        probes: database(({ users }) => {
          users.indexes = [['id'], ['email']];
        }),
        actual: 'users.tenant_id has no index',
      },
      {
        when: 'the catalogue cannot be read',
        code: 'query-failed',
        probes: { postgres: { query: new ProbeError('57014', 'canceled') } },
      },
    ],
  },
  { describe, it },
);

it('counts tables, columns and keys', async () => {
  expect(await verdictOf(check, { probes: database() })).toMatchObject({
    examined: [
      { count: 3, what: 'tables' },
      { count: 27, what: 'columns' },
      { count: 10, what: 'keys' },
    ],
  });
});
