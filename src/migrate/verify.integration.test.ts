/** `verify`, `types` and a full disk: what needs the built-in migrations or a server of one's own. */
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../base/package-root.ts';
import { createMigrationsFolder, migrationText } from '../testing/migrations-folder.ts';
import { pgvectorMissing, startPgvectorContainer } from '../testing/pgvector-container.ts';
import { builtInMigrations as folder, generateTypes, migrateToLatest, verifyMigrations } from './index.ts';

async function run(url: string, statement: string) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('on a temporary PGlite', () => {
  test('the built-in migrations hold what they promise', async () => {
    const outcome = await verifyMigrations({
      url: 'postgresql://127.0.0.1:1/none',
      folder,
      target: false,
    });
    expect(outcome.steps.map(({ what, differences }) => [what, differences])).toEqual([
      ['up from nothing works', []],
      ['down to nothing leaves nothing', []],
      ['up again gives the same schema', []],
    ]);
    expect(outcome).toMatchObject({ ok: true, scratch: 'temporary PGlite' });
  });

  test('a down that forgets something is shown', async () => {
    const migrations = await createMigrationsFolder();
    try {
      await migrations.write(
        '1_a',
        migrationText(
          ['create table song (id int primary key)', "create type mood as enum ('a', 'b')"],
          ['drop table song', 'alter type mood rename to mood_left'],
        ),
      );
      const outcome = await verifyMigrations({
        url: 'postgresql://127.0.0.1:1/none',
        folder: migrations.folder,
        target: false,
      });
      expect(outcome.ok).toBe(false);
      expect(outcome.steps[1]).toEqual({
        what: 'down to nothing leaves nothing',
        ok: false,
        differences: ["+ type public.mood_left enum ('a', 'b')"],
      });
    } finally {
      await migrations.dispose();
    }
  });

  test('the types are those of the schema', async () => {
    const text = await generateTypes({ folder });
    expect(text).toContain(
      'export interface UserPreferences {\n  id: Generated<string>;\n  user_id: string;\n',
    );
    expect(text).toContain('  preferences: Generated<Json>;\n');
    expect(text).toContain(
      '  last_login_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;\n',
    );
    expect(text).not.toContain('kysely_migration');
    // migrate types --out src/stack/api/database-schema.ts
    expect(await readFile(path.join(packageRoot, 'src/stack/api/database-schema.ts'), 'utf8')).toBe(text);
  });
});

describe.skipIf(pgvectorMissing)(`on a server${pgvectorMissing ? ` (${pgvectorMissing})` : ''}`, () => {
  let server: Awaited<ReturnType<typeof startPgvectorContainer>>;
  beforeAll(async () => {
    server = await startPgvectorContainer();
  });
  afterAll(() => server?.stop());

  test('a scratch database of the server agrees with the real one, and a change by hand is shown', async () => {
    await migrateToLatest({ url: server.url, folder });
    const outcome = await verifyMigrations({ url: server.url, folder, scratchUrl: server.url, target: true });
    expect(outcome.steps.flatMap(({ differences }) => differences)).toEqual([]);
    expect(outcome.steps).toHaveLength(4);
    expect(outcome.ok).toBe(true);
    // PGlite is another major version, which prints the definition of a view in another way.
    const other = await verifyMigrations({ url: server.url, folder, target: true });
    expect(other.steps[3]).toMatchObject({
      ok: null,
      differences: [],
      skipped: expect.stringMatching(/PostgreSQL \d+, the database in .* --scratch <url/),
    });
    await run(server.url, 'alter table users alter column email drop not null');
    const { ok, steps } = await verifyMigrations({
      url: server.url,
      folder,
      scratchUrl: server.url,
      target: true,
    });
    expect(ok).toBe(false);
    expect(steps[3]?.differences).toEqual([
      '- column public.users.email text not null',
      '+ column public.users.email text',
    ]);
    expect(
      await run(server.url, "select datname from pg_database where datname like 'meatymusic_scratch%'"),
    ).toEqual([]);
  });

  test('a full disk is 69 with 53100, and the batch is rolled back', async () => {
    execFileSync('docker', ['exec', '--user', 'postgres', server.container, 'mkdir', '/small/space']);
    const url = await server.createDatabase('full_disk');
    await run(url, "create tablespace small location '/small/space'");
    const migrations = await createMigrationsFolder();
    try {
      await migrations.write(
        '1_a',
        migrationText([
          'create table t_a (text text) tablespace small',
          'insert into t_a select repeat(md5(n::text), 100) from generate_series(1, 20000) n',
        ]),
      );
      await expect(migrateToLatest({ url, folder: migrations.folder })).rejects.toMatchObject({
        code: 'disk-full',
        exitCode: 69,
        message: expect.stringContaining('53100'),
        details: expect.arrayContaining(['rolled back: 1_a']),
      });
      expect(await run(url, "select from pg_class where relname = 't_a'")).toEqual([]);
    } finally {
      await migrations.dispose();
    }
  });
});
