/** `meatymusic migrate` as a person calls it: exit codes, what is on standard output, and that no password is in any. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../../base/package-root.ts';
import {
  createMigrationsFolder,
  type MigrationsFolder,
  migrationText,
} from '../../testing/migrations-folder.ts';
import { postgresMissing, startPostgres, type TestPostgres } from '../../testing/postgres.ts';

const binary = path.join(packageRoot, 'bin/meatymusic.js');
const reason =
  postgresMissing ?? (existsSync(path.join(packageRoot, 'dist/cli.cjs')) ? undefined : 'needs npm run build');

describe.skipIf(reason)(`meatymusic migrate${reason ? ` (${reason})` : ''}`, () => {
  let server: TestPostgres;
  let url: string;
  let project: MigrationsFolder;

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    url = await server.createDatabase();
    project = await createMigrationsFolder();
    return () => project.dispose();
  });

  function migrate(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [binary, '--cwd', project.folder, 'migrate', ...args], {
      env: { ...process.env, CI: '', DATABASE_URL: url, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    return new Promise((resolve) =>
      child.once('close', (code) => {
        expect(stdout + stderr).not.toContain(server.password);
        resolve({ code, stdout, stderr });
      }),
    );
  }

  test('status, up, down: what is pending is 1 on demand, and 0 once it is applied', async () => {
    await project.write('1_a');
    const folder = ['--folder', '.'];
    expect(await migrate('status', '--check', ...folder)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^pending {2}1_a\n0 applied, 1 pending/),
    });
    expect((await migrate('plan', ...folder)).stdout).toContain('create table "t_1_a" (id int primary key);');
    expect(await migrate('up', ...folder)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^applied 1_a .*\nhead 1_a\n$/),
    });
    const status = await migrate('status', '--check', '--json', ...folder);
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({ applied: ['1_a'], pending: [], inOrder: true });
    expect(await migrate('down', ...folder)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('rolled back 1_a'),
    });
  });

  test('an edit is 78, names the file, and runs once it is accepted', async () => {
    await project.write('1_a');
    await migrate('up', '--folder', '.');
    await project.write('1_a', migrationText(['select 1']));
    expect(await migrate('up', '--folder', '.')).toMatchObject({
      code: 78,
      stdout: '',
      stderr: expect.stringContaining('edited since it was applied: 1_a'),
    });
    expect(await migrate('accept', '1_a', '--folder', '.')).toMatchObject({ code: 2 });
    expect(await migrate('accept', '1_a', '--reason', 'a typo', '--folder', '.')).toMatchObject({ code: 0 });
    expect(await migrate('up', '--folder', '.')).toMatchObject({ code: 0 });
  });

  test('a held lock is 75 and names the holder', async () => {
    await project.write('1_a');
    const holder = new pg.Client({ connectionString: url, application_name: 'another' });
    await holder.connect();
    await holder.query('select pg_advisory_lock(3853314791062309107)');
    try {
      const { code, stderr } = await migrate('up', '--folder', '.', '--lock-timeout', '300ms');
      expect(code).toBe(75);
      expect(stderr).toContain('application "another"');
    } finally {
      await holder.end();
    }
  });

  test('a lock file with a merge conflict stops up before anything runs', async () => {
    await project.write('1_a');
    await writeFile(
      path.join(project.folder, 'migrations.lock.json'),
      '<<<<<<< ours\n=======\n>>>>>>> theirs\n',
    );
    expect(await migrate('up', '--folder', '.')).toMatchObject({
      code: 78,
      stdout: '',
      stderr: expect.stringContaining('holds a merge conflict'),
    });
    expect((await migrate('status', '--folder', '.')).stdout).toMatch(/^pending {2}1_a\n0 applied/);
    expect(await migrate('lock', '--folder', '.')).toMatchObject({ code: 0 });
    expect(await migrate('up', '--folder', '.')).toMatchObject({ code: 0 });
  });

  test('create writes a migration that runs, and lock lets CI refuse what was not reviewed', async () => {
    const folder = ['--folder', 'db'];
    const created = await migrate('create', 'Add Songs', ...folder);
    expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^.*\d{14}_add_songs\.ts\n$/) });
    expect(await migrate('lock', ...folder)).toMatchObject({ code: 0 });
    expect(await migrate('up', '--frozen-lock', ...folder)).toMatchObject({ code: 0 });
    const db = path.join(project.folder, 'db');
    const file = readdirSync(db).find((name) => name.endsWith('.ts'))!;
    await project.write(`db/${file}`, `${readFileSync(path.join(db, file), 'utf8')}// changed\n`);
    expect(await migrate('up', '--frozen-lock', ...folder)).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('changed since the lock file was written'),
    });
  });
});
