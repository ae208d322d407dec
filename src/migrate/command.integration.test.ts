/** Databases that a command migrates: shell scripts with psql as the tool, and Alembic where it is installed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import migrationsAtHead from '../../checks/database/migrations-at-head.ts';
import migrationsIdempotent from '../../checks/database/migrations-idempotent.ts';
import { Fault } from '../base/errors.ts';
import { postgresBinaries, postgresMissing, startPostgres, type TestPostgres } from '../testing/postgres.ts';
import { testStack } from '../testing/probe-context.ts';
import { runCheck } from '../testing/run-check.ts';
import { commandMigrations, readCommandState, runMigrationCommand } from './index.ts';

/** Debian's, which has the packages of python3-alembic and python3-psycopg2. */
const python = '/usr/bin/python3';
const hasAlembic = (() => {
  try {
    execFileSync(python, ['-c', 'import alembic, psycopg2'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(postgresMissing)(
  `a command migrates${postgresMissing ? ` (${postgresMissing})` : ''}`,
  () => {
    let server: TestPostgres;
    let url: string;
    let folder: string;
    const lines: string[] = [];

    beforeAll(async () => {
      server = await startPostgres();
    });
    afterAll(() => server?.stop());
    beforeEach(async () => {
      url = await server.createDatabase();
      folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-command-'));
      lines.length = 0;
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const by = (command: string, check?: string) => {
      const env = { ...process.env, DATABASE_URL: url, PATH: `${postgresBinaries}:${process.env.PATH}` };
      return {
        url,
        onLine: (line: string) => void lines.push(line),
        by: { command, check, cwd: folder, env },
      };
    };
    /** `S` for a sleeping process, `Z` for one that ended and was not collected. */
    const stateOf = (pid: string) => {
      try {
        return execFileSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' });
      } catch {
        return 'ended';
      }
    };
    const psql = (sql: string) => `psql -X -q -v ON_ERROR_STOP=1 "$DATABASE_URL" -c "${sql}"`;
    const create = psql(
      "create table if not exists alembic_version (version_num text); create table if not exists songs (id int); delete from alembic_version; insert into alembic_version values ('1975ea83b712')",
    );

    async function failure(promise: Promise<unknown>): Promise<Fault> {
      const thrown = await promise.catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(Fault);
      return thrown as Fault;
    }

    const judge = (
      check: typeof migrationsAtHead | typeof migrationsIdempotent,
      options: ReturnType<typeof by>,
      { mayRun = true } = {},
    ) => {
      const make = commandMigrations({ ...options, mayRun });
      const migrations = {
        state: (signal?: AbortSignal) => make(signal).state(),
        drift: (signal?: AbortSignal) => make(signal).drift(),
        secondRun: (signal?: AbortSignal) => make(signal).secondRun(),
        inFolder: () => make(),
      };
      return runCheck(check, { stack: testStack, over: { migrations } });
    };

    test('it runs in its folder with the address, is streamed, and the head of the tool is named', async () => {
      const run = await runMigrationCommand(by(`pwd; echo to stderr >&2; ${create}`));
      expect(lines).toEqual([folder, 'to stderr']);
      expect(run.tools).toEqual([{ tool: 'Alembic', table: 'public.alembic_version', head: '1975ea83b712' }]);
    });

    test.each([
      ['fails', 'echo half; echo the reason >&2; exit 3', 'migration-failed', 1, /ended with 3: the reason/],
      ['is not there', 'no-such-tool upgrade', 'migrations-command', 78, /cannot be run: .*not found/],
      ['is ended by a signal', 'kill -9 $$', 'migration-failed', 1, /ended with SIGKILL/],
    ])('one that %s', async (_, command, code, exitCode, message) => {
      const fault = await failure(runMigrationCommand(by(command)));
      expect(fault).toMatchObject({ code, exitCode, message: expect.stringMatching(message) });
    });

    test('one whose folder is not there', async () => {
      const options = by('true');
      options.by.cwd = path.join(folder, 'nowhere');
      expect(await failure(runMigrationCommand(options))).toMatchObject({
        code: 'migrations-command',
        exitCode: 78,
      });
    });

    test('one that never ends is killed with its children, also at an interruption', async () => {
      const endless = 'trap "" TERM; sleep 600 & echo $!; sleep 600';
      const fault = await failure(runMigrationCommand({ ...by(endless), timeoutMs: 500 }));
      expect(fault).toMatchObject({ code: 'migration-timeout', exitCode: 124 });
      const stop = new AbortController();
      const reason = new Error('interrupted');
      const running = runMigrationCommand({
        ...by(endless),
        onLine: (line) => {
          lines.push(line);
          stop.abort(reason);
        },
        signal: stop.signal,
      });
      await expect(running).rejects.toBe(reason);
      for (const pid of lines) expect(stateOf(pid)).toMatch(/^(ended|Z)/);
    });

    test('the check of the head judges by exit code, and shows the output', async () => {
      await runMigrationCommand(by(create));
      expect(await judge(migrationsAtHead, by(create, 'echo all there'))).toMatchObject({
        status: 'pass',
        summary: expect.stringMatching(
          /migrated by Alembic, at 1975ea83b712 .*echo all there.* drift is not judged/,
        ),
      });
      const verdict = await judge(migrationsAtHead, by(create, 'echo pending: 2_b; exit 1'));
      expect(verdict).toMatchObject({ status: 'fail', code: 'check-failed' });
      expect(JSON.stringify(verdict)).toContain('pending: 2_b');
      expect(await judge(migrationsAtHead, by(create, 'no-such-tool'))).toMatchObject({
        status: 'fail',
        code: 'unreadable',
        actual: expect.stringContaining('cannot be run'),
      });
    });

    test('without a check the head is named, and the rest is not judged', async () => {
      await runMigrationCommand(by(create));
      expect(await judge(migrationsAtHead, by(create))).toMatchObject({
        status: 'skip',
        reason: expect.stringMatching(/at 1975ea83b712 .*not judged, because migrations.check is not set/),
        enable: 'migrations.check: alembic current --check-heads',
      });
      expect((await readCommandState(by(create))).check).toBeUndefined();
    });

    test('a second run that changes nothing, a table, or the head', async () => {
      await runMigrationCommand(by(create));
      expect(await judge(migrationsIdempotent, by(create, 'true'))).toMatchObject({ status: 'pass' });
      const more = psql('create sequence more_$(date +%N)');
      expect(await judge(migrationsIdempotent, by(more, 'true'))).toMatchObject({
        status: 'fail',
        code: 'changed',
        evidence: [expect.objectContaining({ value: expect.stringContaining('+ sequence public.more_') })],
      });
      const move = psql("update alembic_version set version_num = 'b'");
      expect(await judge(migrationsIdempotent, by(move, 'true'))).toMatchObject({
        status: 'fail',
        code: 'ran-again',
        actual: expect.stringContaining('1975ea83b712'),
      });
      expect(await judge(migrationsIdempotent, by('exit 4', 'true'))).toMatchObject({
        status: 'fail',
        code: 'failed',
      });
    });

    test('it is not run on an external stack, nor while the check finds something pending', async () => {
      const mark = `touch ${path.join(folder, 'ran')}`;
      expect(await judge(migrationsIdempotent, by(mark, 'true'), { mayRun: false })).toMatchObject({
        status: 'skip',
        reason: expect.stringContaining('external'),
      });
      expect(await judge(migrationsIdempotent, by(mark, 'exit 1'))).toMatchObject({
        status: 'fail',
        code: 'pending',
      });
      // Its exit code is about itself, and not about the migrations.
      const refused = 'echo "alembic: error: unrecognized arguments: --check-heads" >&2; exit 2';
      expect(await judge(migrationsIdempotent, by(mark, refused))).toMatchObject({
        status: 'skip',
        reason: expect.stringContaining('unrecognized arguments: --check-heads'),
      });
      expect(await judge(migrationsIdempotent, by(mark, 'kill -9 $$'))).toMatchObject({
        status: 'fail',
        code: 'failed',
        actual: expect.stringContaining('SIGKILL'),
      });
      expect(() => execFileSync('test', ['-e', path.join(folder, 'ran')])).toThrow();
    });

    test.skipIf(!hasAlembic)('Alembic itself: at its head, behind it, and twice', async () => {
      const revision = (id: string, down: string | null, statement: string) =>
        writeFileSync(
          path.join(folder, 'alembic', 'versions', `${id}_x.py`),
          `from alembic import op\nrevision = '${id}'\ndown_revision = ${down === null ? 'None' : `'${down}'`}\ndef upgrade():\n    op.execute("${statement}")\ndef downgrade():\n    pass\n`,
        );
      execFileSync(python, ['-m', 'alembic', 'init', 'alembic'], { cwd: folder, stdio: 'ignore' });
      const env = path.join(folder, 'alembic', 'env.py');
      writeFileSync(
        env,
        `import os, logging\nlogging.basicConfig(level=logging.INFO)\nfrom alembic import context\nfrom sqlalchemy import create_engine\nwith create_engine(os.environ['DATABASE_URL']).connect() as connection:\n    context.configure(connection=connection)\n    with context.begin_transaction():\n        context.run_migrations()\n`,
      );
      revision('aaa1', null, 'create table songs (id int)');
      const alembic = by(
        `${python} -m alembic upgrade head`,
        `test "$(${python} -m alembic current 2>/dev/null | cut -d" " -f1)" = "$(${python} -m alembic heads | cut -d" " -f1)"`,
      );
      await runMigrationCommand(alembic);
      expect(lines.join('\n')).toContain('aaa1');
      expect(await judge(migrationsAtHead, alembic)).toMatchObject({
        status: 'pass',
        summary: expect.stringContaining('migrated by Alembic, at aaa1'),
      });
      expect(await judge(migrationsIdempotent, alembic)).toMatchObject({ status: 'pass' });
      revision('bbb2', 'aaa1', 'create table albums (id int)');
      expect(await judge(migrationsAtHead, alembic)).toMatchObject({ status: 'fail', code: 'check-failed' });
      expect(await judge(migrationsIdempotent, alembic)).toMatchObject({ status: 'fail', code: 'pending' });
    });
  },
);
