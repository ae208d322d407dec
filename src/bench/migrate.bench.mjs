/**
 * 200 small migrations beside dbmate and kysely-ctl, on the same server, each on a fresh database; and `migrate status`
 * beside an empty Node plus one round trip. The other two tools are installed into a temporary folder for the bench alone.
 */
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createJiti } from 'jiti';
import pg from 'pg';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const binary = path.join(root, 'bin/meatymusic.js');
const count = 200;
const rounds = 5;

let folders;

/** Runs a bench on its own server; the folders of the tools are created once and removed when the process exits. */
async function onStage(work) {
  const { postgresMissing, startPostgres } = await createJiti(root).import(
    path.join(root, 'src/testing/postgres.ts'),
  );
  if (postgresMissing) return { skipped: postgresMissing };
  folders ??= makeFolders();
  const made = await folders;
  // The default of a server: each commit is written to the disk.
  const settings = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };
  const server = await startPostgres({ settings });
  try {
    return await work({ ...made, server });
  } finally {
    await server.stop();
  }
}

async function makeFolders() {
  const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  writeMigrations(folder);
  const tools = path.join(folder, 'tools');
  mkdirSync(tools);
  writeFileSync(path.join(tools, 'package.json'), '{"private":true,"type":"module"}');
  const packages = ['dbmate@2', 'kysely-ctl@0', 'kysely@0.28', 'pg@8'];
  const install = await run('npm', ['install', '--no-audit', '--no-fund', '--prefix', tools, ...packages], {
    timeout: 180_000,
  }).then(
    () => undefined,
    (error) => `the other tools cannot be installed: ${String(error.message).split('\n')[0]}`,
  );
  writeKyselyCtl(folder, tools);
  return { folder, tools, install };
}

function writeMigrations(folder) {
  for (const name of ['ts', 'sql']) mkdirSync(path.join(folder, name));
  for (let number = 1; number <= count; number++) {
    const name = `20260101${String(100000 + number)}_step_${number}`;
    const up = `create table step_${number} (id bigint generated always as identity primary key, name text not null)`;
    const index = `create index step_${number}_name_idx on step_${number} (name)`;
    const down = `drop table step_${number}`;
    writeFileSync(
      path.join(folder, 'sql', `${name}.sql`),
      `-- migrate:up\n${up};\n${index};\n-- migrate:down\n${down};\n`,
    );
    writeFileSync(
      path.join(folder, 'ts', `${name}.ts`),
      `import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql\`${up}\`.execute(db);
  await sql\`${index}\`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql\`${down}\`.execute(db);
}
`,
    );
  }
}

function writeKyselyCtl(folder, tools) {
  cpSync(path.join(folder, 'ts'), path.join(tools, 'migrations'), { recursive: true });
  writeFileSync(
    path.join(tools, 'kysely.config.ts'),
    `import { defineConfig } from 'kysely-ctl';
import pg from 'pg';
export default defineConfig({
  dialect: 'pg',
  dialectConfig: { pool: new pg.Pool({ connectionString: process.env.DATABASE_URL }) },
  migrations: { migrationFolder: 'migrations' },
});
`,
  );
  if (!existsSync(path.join(folder, 'node_modules')))
    symlinkSync(path.join(tools, 'node_modules'), path.join(folder, 'node_modules'));
}

let databases = 0;

async function timed(server, command, args, options, expected = count) {
  const url = await server.createDatabase(`bench_${++databases}`);
  const startedAt = performance.now();
  await run(command, args, {
    ...options,
    env: { ...process.env, CI: '', DATABASE_URL: `${url}?sslmode=disable`, ...options.env },
  });
  const elapsed = performance.now() - startedAt;
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query(
    "select count(*)::int as tables from pg_class where relname like 'step\\_%' and relkind = 'r'",
  );
  await client.end();
  if (rows[0].tables !== expected) throw new Error(`${command} made ${rows[0].tables} of ${expected} tables`);
  return elapsed;
}

function against(name, budget, command) {
  return {
    name: `migrate-200-${name}`,
    budget,
    run: () =>
      onStage(async ({ install, server, folder, tools }) => {
        if (install) return { skipped: install };
        const ours = [];
        const theirs = [];
        for (let round = 0; round < rounds; round++) {
          ours.push(
            await timed(
              server,
              process.execPath,
              [binary, 'migrate', 'up', '--quiet', '--folder', path.join(folder, 'ts')],
              {
                cwd: folder,
              },
            ),
          );
          const [file, args, options = {}] = command(folder, tools);
          theirs.push(await timed(server, file, args, { cwd: tools, ...options }));
        }
        const [of, by] = [median(ours), median(theirs)];
        return {
          ratio: of / by,
          detail: `ours ${of.toFixed(0)} ms, ${name} ${by.toFixed(0)} ms (medians of ${rounds}, ${count} migrations)`,
        };
      }),
  };
}

const status = {
  name: 'migrate-status',
  budget: '≤ 1',
  run: () =>
    onStage(async ({ server, folder }) => {
      const url = await server.createDatabase(`bench_${++databases}`);
      const env = { ...process.env, DATABASE_URL: url };
      const migrate = (...args) =>
        timeMs([binary, 'migrate', ...args, '--folder', path.join(folder, 'ts')], { cwd: folder, env });
      migrate('up');
      const ours = [];
      const empty = [];
      const trips = [];
      for (let round = 0; round < 20; round++) {
        empty.push(timeMs(['-e', '0'], {}));
        ours.push(migrate('status'));
        const startedAt = performance.now();
        const client = new pg.Client(url);
        await client.connect();
        await client.query('select 1');
        await client.end();
        trips.push(performance.now() - startedAt);
      }
      const allowed = 1.5 * median(empty) + median(trips);
      const of = median(ours);
      return {
        ratio: of / allowed,
        detail: `status ${of.toFixed(0)} ms; 1.5 × node -e 0 (${median(empty).toFixed(0)} ms) + a round trip (${median(trips).toFixed(1)} ms) = ${allowed.toFixed(0)} ms`,
      };
    }),
};

export default [
  against('dbmate', '≤ 0.9', (folder, tools) => [
    path.join(tools, 'node_modules/.bin/dbmate'),
    ['--migrations-dir', path.join(folder, 'sql'), '--no-dump-schema', 'migrate'],
  ]),
  against('kysely-ctl', '≤ 0.5', (_folder, tools) => [
    path.join(tools, 'node_modules/.bin/kysely'),
    ['migrate:latest'],
  ]),
  status,
];

function timeMs(args, options) {
  const startedAt = performance.now();
  const { status: code, stderr } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  if (code !== 0) throw new Error(`node ${args.join(' ')} exits with ${code}: ${stderr}`);
  return performance.now() - startedAt;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
