import type { Parts } from './parts.ts';

export const postgres: Parts = {
  uses: 'database',
  after: 'database/connects',
  options: `table: option(v.string(), 'tenants', 'Table to count'),`,
  codes: `'no-answer': { means: 'the query fails', hint: 'meatymusic migrate status' },
    empty: { means: 'the table does not exist', hint: 'meatymusic migrate status' },`,
  sabotage: `{
      name: 'the table has another name',
      code: 'empty',
      kind: 'sql',
      break: ['alter table tenants rename to tenants_away'],
      restore: ['alter table tenants_away rename to tenants'],
    },`,
  run: `const expected = \`the table \${options.table}\`;
    try {
      const sql = 'select table_name from information_schema.tables where table_name = $1';
      const { rows } = await postgres.query({ sql, values: [options.table] });
      if (rows.length === 0) return fail('empty', { expected, actual: 'there is none' });
      return pass(\`\${options.table} is there\`, { count: rows.length, what: 'table' });
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      return fail('no-answer', { expected, actual: error.message });
    }`,
  passes: `{
        when: 'the table is there',
        probes: { postgres: { query: { rows: [{ table_name: 'tenants' }], rowCount: 1, durationMs: 1 } } },
      }`,
  fails: `{
        when: 'it is not there',
        code: 'empty',
        probes: { postgres: { query: { rows: [], rowCount: 0, durationMs: 1 } } },
      },
      {
        when: 'the query fails',
        code: 'no-answer',
        probes: { postgres: { query: new ProbeError('42501', 'permission denied') } },
      },`,
  helpers: '',
};
