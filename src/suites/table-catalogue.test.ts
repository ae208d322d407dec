import { expect, test } from 'vitest';
import { describeTable, type FoundTable } from './table-catalogue.ts';

const table: FoundTable = {
  name: 'user_preferences',
  columns: { id: 'uuid', user_id: 'uuid', preferences: 'jsonb' },
  primary: ['id'],
  uniques: [['id'], ['user_id', 'tenant_id']],
  foreign: [
    { columns: ['user_id'], table: 'users', referenced: ['id'], holds: true },
    { columns: ['tenant_id', 'user_id'], table: 'app.users', referenced: ['tenant_id', 'id'], holds: false },
  ],
  indexes: [['id'], ['user_id', 'tenant_id']],
};

test('a table is described in one line', () => {
  expect(describeTable(table)).toBe(
    [
      'columns: id uuid, user_id uuid, preferences jsonb',
      'primary key: id',
      'unique: id, user_id+tenant_id',
      'foreign keys: user_id → users, tenant_id+user_id → app.users (not enforced)',
      'indexes: id, user_id+tenant_id',
    ].join('; '),
  );
  expect(describeTable({ ...table, primary: ['tenant_id', 'id'] })).toContain('primary key: tenant_id, id');
});

test('what a table does not have is left out', () => {
  expect(describeTable({ ...table, primary: [], uniques: [], foreign: [], indexes: [] })).toBe(
    'columns: id uuid, user_id uuid, preferences jsonb',
  );
});
