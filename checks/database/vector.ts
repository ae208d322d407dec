import { attempt, defineCheck, fact, option, v } from '../../src/check/index.ts';

/** Verifies that pgvector is installed in this database and computes distances: an entry in a catalogue computes nothing. */
export default defineCheck({
  title: 'pgvector is installed and computes a distance',
  failureTitle: 'pgvector does not compute a distance',
  why: 'Similar songs, lyrics and personas are found by the distance of their embeddings.',
  judges: 'postgres',
  after: ['database/connects'],
  needs: ['postgres'],
  uses: ['database'],
  tags: ['contract'],
  options: {
    extension: option(v.string(), 'vector', 'Name of the extension'),
  },
  codes: {
    'not-installed': {
      headline: 'The extension vector is not installed in the database',
      means: 'the server provides the extension, but it is not installed in this database',
      hint: 'create extension vector, in a migration or as a superuser',
    },
    'not-available': {
      headline: 'pgvector is not available on the server',
      means: 'the server does not have the extension',
      hint: 'use the image pgvector/pgvector:pg16, or install postgresql-16-pgvector on the server',
    },
    'wrong-distance': {
      headline: 'pgvector computes a wrong distance',
      means: 'a distance is not the right one',
      hint: 'reinstall the extension',
    },
    'query-failed': {
      headline: 'A query for a distance fails',
      means: 'the distance cannot be computed',
      hint: 'in which schema is it? select extnamespace::regnamespace from pg_extension',
    },
  },
  sabotage: [
    {
      name: 'the extension is dropped',
      code: 'not-installed',
      kind: 'sql',
      break: ['drop extension vector'],
      restore: ['create extension vector'],
    },
    {
      name: 'an extension that no server has is required',
      code: 'not-available',
      kind: 'options',
      set: { extension: 'vector_of_the_future' },
    },
  ],
  async run({ postgres, options, pass, fail }) {
    const expected = `the extension ${options.extension} computes distances`;
    const found = await attempt(
      postgres.query({
        sql: `select (select extversion from pg_extension where extname = $1) as installed,
                     (select default_version from pg_available_extensions where name = $1) as available`,
        values: [options.extension],
      }),
    );
    if (found.failure) return fail('query-failed', { expected, actual: found.failure.message });
    const { installed, available } = found.value.rows[0] ?? {};
    if (!installed) {
      return available
        ? fail('not-installed', {
            expected,
            actual: `version ${available} is available, and not installed here`,
          })
        : fail('not-available', { expected, actual: 'the server does not have it' });
    }
    const evidence = [fact('version', String(installed))];
    const { value, failure } = await attempt(postgres.query({ sql: distances }));
    if (failure) return fail('query-failed', { expected, actual: failure.message, evidence });
    const row = value.rows[0] ?? {};
    evidence.push(...Object.entries(row).map(([label, distance]) => fact(label, String(distance))));
    // [1,2,3] and [4,6,3] are 5 apart; [1,0] and [0,1] are at a right angle; [1,2] times [3,4] is 11.
    if (row.euclidean !== 5 || row.cosine !== 1 || row.inner !== -11) {
      return fail('wrong-distance', {
        expected: 'distances of 5, 1 and -11',
        actual: `${row.euclidean}, ${row.cosine} and ${row.inner}`,
        evidence,
      });
    }
    return pass(`version ${installed}; three distances are right`, { count: 3, what: 'distances' }, evidence);
  },
});

const distances = `
  select '[1,2,3]'::vector <-> '[4,6,3]'::vector as euclidean,
         '[1,0]'::vector <=> '[0,1]'::vector as cosine,
         '[1,2]'::vector <#> '[3,4]'::vector as inner`;
