import {
  attempt,
  counted,
  defineCheck,
  type Evidence,
  fact,
  option,
  unjudgedMigrations,
  v,
} from '../../src/check/index.ts';
import { judgeMigrationCommand } from '../../src/suites/index.ts';

function codeOfFailure(code: string): 'timeout' | 'unreadable' {
  return code === 'TIMEOUT' || code === 'migration-timeout' ? 'timeout' : 'unreadable';
}

/**
 * Verifies that the database has every migration, with the content of its file and in order, that the files are those
 * which were committed in migrations.lock.json, and that the schema was not changed outside of migrations since.
 */
export default defineCheck({
  title: 'The database has every migration',
  failureTitle: 'The database and the migrations differ',
  why: 'A service whose code expects a different schema fails late, in the middle of a request.',
  after: ['database/connects'],
  needs: ['migrations'],
  uses: ['database'],
  tags: ['contract', 'migrations'],
  timeoutMs: 60_000,
  options: {
    drift: option(v.boolean(), true, 'Whether a schema that differs from the migrations is a failure'),
    ignore: option(
      v.array(v.string()),
      [],
      'Regular expressions of objects that may differ: "^table public\\.scratch_"',
    ),
  },
  codes: {
    'none-found': {
      headline: 'There are no migrations to compare with',
      means: 'there are no migrations, neither in the folder nor in the database',
      hint: 'set migrations.folder, or switch migrations off: migrations.enabled: false',
    },
    pending: {
      headline: 'Migrations are not applied',
      means: 'migrations are not applied',
      hint: 'meatymusic migrate up',
    },
    edited: {
      headline: 'An applied migration was edited',
      means: 'a migration was changed after it was applied',
      hint: 'undo the edit, or meatymusic migrate accept <name> --reason "…"',
    },
    missing: {
      headline: 'An applied migration is missing in the folder',
      means: 'the database has a migration that the folder does not have',
      hint: 'is this the right branch? restore the file, or meatymusic migrate accept <name> --reason "…"',
    },
    'out-of-order': {
      headline: 'A migration comes before one that is applied',
      means: 'a pending migration sorts before one that is applied',
      hint: 'give it a later timestamp, or meatymusic migrate accept <name> --reason "…"',
    },
    'not-as-locked': {
      headline: 'The migrations differ from the lock file',
      means: 'the files differ from migrations.lock.json',
      hint: 'meatymusic migrate lock, and commit it with the migrations',
    },
    drifted: {
      headline: 'The schema differs from the result of the migrations',
      means: 'the schema is not the one that the migrations produced',
      hint: 'meatymusic migrate verify shows the differences',
    },
    'invalid-index': {
      headline: 'An index is invalid',
      means:
        'an index was not built completely: queries do not use it, and a unique index does not prevent duplicates',
      hint: 'reindex index concurrently <name>, or drop it and create it again',
    },
    'check-failed': {
      headline: 'The migration tool reports a problem',
      means: 'migrations.check found that the database does not have every migration',
      hint: 'meatymusic migrate up; meatymusic migrate status shows the output',
    },
    timeout: {
      headline: 'The state of the migrations is not known in time',
      means: 'reading the state, or migrations.check, did not end within the time limit of the check',
      hint: 'meatymusic verify database/migrations-at-head --timeout 2m; meatymusic migrate status shows the output',
    },
    unreadable: {
      headline: 'The migrations cannot be read',
      means: 'files or history cannot be read',
      hint: 'meatymusic migrate status',
    },
  },
  sabotage: [
    {
      name: 'a column is added by hand',
      code: 'drifted',
      kind: 'sql',
      break: ['alter table tenants add column added_by_hand text'],
      restore: ['alter table tenants drop column added_by_hand'],
    },
    {
      name: 'an index is not built completely',
      code: 'invalid-index',
      kind: 'sql',
      break: ["update pg_index set indisvalid = false where indexrelid = 'users_tenant_id_idx'::regclass"],
      restore: ["update pg_index set indisvalid = true where indexrelid = 'users_tenant_id_idx'::regclass"],
    },
    {
      name: 'a migration is forgotten',
      code: 'pending',
      kind: 'sql',
      break: ['alter table kysely_migration rename to kysely_migration_away'],
      restore: ['alter table kysely_migration_away rename to kysely_migration'],
    },
    {
      name: 'a checksum is another one',
      code: 'edited',
      kind: 'sql',
      break: ["update meatymusic_migration set checksum = checksum || '-'"],
      restore: ["update meatymusic_migration set checksum = rtrim(checksum, '-')"],
    },
    {
      name: 'the history knows one more',
      code: 'missing',
      kind: 'sql',
      break: ["insert into kysely_migration values ('99999999999999_unknown', '2026-01-01T00:00:00.000Z')"],
      restore: ["delete from kysely_migration where name = '99999999999999_unknown'"],
    },
    {
      name: 'a migration is added before applied ones',
      code: 'out-of-order',
      kind: 'migrations',
      files: { '00000000000000_late.ts': 'export async function up() {}\n' },
    },
    {
      name: 'the lock file was not written again',
      code: 'not-as-locked',
      kind: 'migrations',
      files: { 'migrations.lock.json': '{ "head": null, "migrations": [] }\n' },
    },
    {
      name: 'the lock file holds a merge conflict',
      code: 'unreadable',
      kind: 'migrations',
      files: { 'migrations.lock.json': '<<<<<<< ours\n=======\n>>>>>>> theirs\n' },
    },
  ],
  async run({ migrations, options, pass, fail, skip }) {
    const expected = 'every migration applied, unchanged, in its order';
    const state = await attempt(migrations.state());
    const enabler = state.failure && unjudgedMigrations[state.failure.code];
    if (enabler) return skip(state.failure.message, enabler);
    if (state.failure)
      return fail(codeOfFailure(state.failure.code), { expected, actual: state.failure.message });
    const { byCommand } = state.value;
    if (byCommand) {
      const verdict = judgeMigrationCommand(byCommand);
      if (verdict.kind === 'skip') return skip(verdict.reason, verdict.enable);
      if (verdict.kind === 'fail') return fail('check-failed', verdict);
      return pass(verdict.summary, { count: 1, what: 'command' }, verdict.evidence);
    }
    const {
      folder,
      applied,
      pending,
      edited,
      missing,
      outOfOrder,
      lockFileDifferences,
      alsoBy,
      notCompared = [],
    } = state.value;
    const evidence: Evidence[] = [
      fact('folder', folder),
      fact('applied', applied.join(', ') || 'none'),
      fact('lock file', lockFileDifferences ? lockFileDifferences.join('; ') || 'fits' : 'none'),
      ...(alsoBy ? [fact('another tool', `also ${alsoBy}`)] : []),
    ];
    const list = (names: readonly string[]) => names.join(', ');
    if (edited.length > 0) return fail('edited', { expected, actual: list(edited), evidence });
    if (missing.length > 0) return fail('missing', { expected, actual: list(missing), evidence });
    if (outOfOrder.length > 0) return fail('out-of-order', { expected, actual: list(outOfOrder), evidence });
    if (pending.length > 0)
      return fail('pending', { expected, actual: `pending: ${list(pending)}`, evidence });
    if (applied.length === 0)
      return fail('none-found', { expected, actual: `no migration in ${folder}`, evidence });
    if (lockFileDifferences && lockFileDifferences.length > 0) {
      return fail('not-as-locked', {
        expected: 'the files of migrations.lock.json',
        actual: lockFileDifferences.slice(0, 3).join('; '),
        evidence,
      });
    }
    const examined = [{ count: applied.length, what: 'migrations' }];
    const unlike =
      notCompared.length > 0
        ? `; content of ${counted(notCompared.length, 'migration')} not compared: applied from a file with another extension`
        : '';
    const head = `${applied.length} applied, head ${applied.at(-1)}${unlike}`;
    if (!options.drift) return pass(head, examined, evidence);

    const drift = await attempt(migrations.drift());
    if (drift.failure)
      return fail(codeOfFailure(drift.failure.code), { expected, actual: drift.failure.message, evidence });
    const { available, enable, differences, objects, invalidIndexes = [] } = drift.value;
    if (invalidIndexes.length > 0) {
      return fail('invalid-index', {
        expected: 'every index valid',
        actual: `not valid: ${list(invalidIndexes.slice(0, 5))}`,
        evidence: [...evidence, ...invalidIndexes.slice(0, 20).map((index) => fact('not valid', index))],
      });
    }
    if (!available) {
      evidence.push(fact('drift', `not judged${enable ? `: ${enable}` : ''}`));
      return pass(`${head}; drift not judged`, examined, evidence);
    }
    const ignored = options.ignore.map((pattern) => new RegExp(pattern));
    const deviating = differences.filter((line) => !ignored.some((pattern) => pattern.test(line.slice(2))));
    if (deviating.length > 0) {
      return fail('drifted', {
        expected: 'the schema that the migrations led to',
        actual: `${counted(deviating.length, 'difference')}: ${deviating.slice(0, 3).join('; ')}`,
        evidence: [
          ...evidence,
          {
            kind: 'lines',
            label: 'drift (- should be, + is)',
            source: 'schema',
            lines: deviating.slice(0, 40).map((text, index) => ({ number: index + 1, text })),
            total: deviating.length,
          },
        ],
      });
    }
    return pass(
      `${head}; no drift`,
      [...examined, { count: objects, what: 'objects of the schema' }],
      evidence,
    );
  },
});
