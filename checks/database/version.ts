import { attempt, defineCheck, fact, integer, option } from '../../src/check/index.ts';

/** Verifies the major version of PostgreSQL. Advisory: whether an older one suffices is shown by the other checks. */
export default defineCheck({
  title: 'PostgreSQL has a supported version',
  failureTitle: 'PostgreSQL is older than the contract requires',
  why: 'Syntax, planner and extensions differ between major versions.',
  judges: 'postgres',
  after: ['database/connects'],
  needs: ['postgres'],
  uses: ['database'],
  level: 'advisory',
  tags: ['contract'],
  options: {
    minimum: option(integer(), 16, 'Oldest major version that is accepted'),
  },
  codes: {
    'too-old': {
      headline: 'PostgreSQL is older than the contract requires',
      means: 'the major version is lower than the minimum',
      hint: 'use the image pgvector/pgvector:pg16, or set the option minimum',
    },
    'query-failed': {
      headline: 'The version of PostgreSQL cannot be read',
      means: 'the version cannot be read',
      hint: 'meatymusic logs database --since 5m',
    },
  },
  sabotage: [
    {
      name: 'a version that does not exist is required',
      code: 'too-old',
      kind: 'options',
      set: { minimum: 99 },
    },
  ],
  async run({ postgres, options, pass, fail }) {
    const expected = `PostgreSQL ${options.minimum} or newer`;
    const { value, failure } = await attempt(
      postgres.query({
        sql: `select current_setting('server_version') as version,
                     current_setting('server_version_num')::int / 10000 as major`,
      }),
    );
    if (failure) return fail('query-failed', { expected, actual: failure.message });
    const { version, major } = value.rows[0] ?? {};
    const evidence = [fact('version', String(version))];
    if (typeof major !== 'number')
      return fail('query-failed', { expected, actual: `the major version is ${major}`, evidence });
    if (major < options.minimum)
      return fail('too-old', { expected, actual: `PostgreSQL ${version}`, evidence });
    return pass(`PostgreSQL ${version}`, { count: 1, what: 'query' }, evidence);
  },
});
