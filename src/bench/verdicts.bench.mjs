/**
 * How long verdicts take: the tenancy of 30 tables with 1,000 rows each on a real PostgreSQL, and many declared checks of one
 * kind. The reports say how long they took from the first check on, without the start of the program.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

const root = fileURLToPath(new URL('../../', import.meta.url));
const binary = path.join(root, 'bin/meatymusic.js');
const current = "nullif(current_setting('app.current_tenant_id', true), '')::uuid";
const tables = 30;
const rows = 1000;

export default [
  { name: 'tenancy of 30 tables', budget: '≤ 1.5', run: tenancy },
  many('process', 120, () => ({ name: 'node', running: true })),
  many('dns', 100, () => ({ name: 'localhost', resolvable: true })),
  many('tcp', 100, (_, port) => ({ host: '127.0.0.1', port, reachable: true })),
  many('file', 200, (index) => ({ path: `file-${index}`, exists: true })),
  many('command', 127, () => ({
    command: ['sh', '-c', 'seq 1 36000; echo ERROR'],
    'exit-status': 0,
    stdout: ['/^36000$/', 'ERROR'],
  })),
];

/** Returns a bench of checks of one kind, whose time is that of the run. */
function many(kind, count, fieldsOf) {
  return {
    name: `${count} ${kind} checks`,
    budget: '',
    run: () =>
      inFolder(async (folder) => {
        const server = spawn(process.execPath, [
          '-e',
          "require('node:net').createServer((s) => s.on('error', () => {}).end()).listen(0, '127.0.0.1', function () { console.log(this.address().port) })",
        ]);
        try {
          const port = Number(await new Promise((resolve) => server.stdout.once('data', resolve)));
          const checks = Array.from({ length: count }, (_, index) => {
            if (kind === 'file') writeFileSync(path.join(folder, `file-${index}`), '');
            return { id: `many/n${index}`, kind, ...fieldsOf(index, port) };
          });
          writeFileSync(path.join(folder, 'many.yaml'), JSON.stringify({ checks }));
          const result = await verify(folder, ['--check-file', 'many.yaml', 'many']);
          return { value: result.durationMs, unit: 'ms' };
        } finally {
          server.kill();
        }
      }),
  };
}

async function tenancy() {
  const { postgresMissing, startPostgres } = await createJiti(root).import(
    path.join(root, 'src/testing/postgres.ts'),
  );
  if (postgresMissing) return { skipped: postgresMissing };
  const server = await startPostgres();
  try {
    const url = await server.createDatabase('shop');
    await server.sql('shop', schema());
    return await inFolder(async (folder) => {
      const settings = { url, applicationRole: 'tenant_app' };
      writeFileSync(
        path.join(folder, 'meatymusic.config.json'),
        JSON.stringify({
          runtime: 'external',
          services: { database: settings },
          options: { 'database/row-level-security': { preferences: false } },
        }),
      );
      const { checks } = await verify(folder, [
        '--skip',
        'database/tables-present',
        'database/row-level-security',
      ]);
      const check = checks.find(({ id }) => id === 'database/row-level-security');
      return { value: check.durationMs / 1000, unit: 's', detail: `${tables} tables of ${rows} rows` };
    });
  } finally {
    await server.stop();
  }
}

function schema() {
  const own = (table) => `
    grant select, insert, update, delete on ${table} to tenant_app;
    alter table ${table} enable row level security; alter table ${table} force row level security;
    create policy own on ${table} using (tenant_id = ${current}) with check (tenant_id = ${current});`;
  const more = Array.from({ length: tables - 1 }, (_, index) => {
    const table = `things_${index}`;
    return `
      create table ${table} (id uuid primary key default gen_random_uuid(), tenant_id uuid not null references tenants on delete cascade, user_id uuid references users, name text not null, price numeric(10, 2), made timestamptz default now());
      create index on ${table} (tenant_id); create index on ${table} (user_id);
      insert into ${table} (tenant_id, name, price) select t.id, 'thing ' || n, n from tenants t, generate_series(1, ${rows / 2}) n;
      ${own(table)}`;
  });
  return `
    do $$ begin create role tenant_app; exception when duplicate_object then null; end $$;
    create table tenants (id uuid primary key default gen_random_uuid(), name text not null, slug text not null unique);
    create table users (id uuid primary key default gen_random_uuid(), tenant_id uuid not null references tenants on delete cascade, email text not null, unique (tenant_id, email));
    insert into tenants (name, slug) values ('one', 'one'), ('two', 'two');
    insert into users (tenant_id, email) select t.id, 'u' || n || '@x.invalid' from tenants t, generate_series(1, ${rows / 2}) n;
    ${own('users')} ${more.join('')}
    grant select on tenants to tenant_app;
    alter table tenants enable row level security; alter table tenants force row level security;
    create policy own on tenants using (id = ${current}) with check (id = ${current});`;
}

/** Runs the checks; every one of them has to pass. */
async function verify(folder, more) {
  const child = spawn(process.execPath, [binary, 'verify', '--json', '--timeout', '60s', ...more], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const part of child.stdout.setEncoding('utf8')) text += part;
  const result = JSON.parse(text);
  if (!result.checks) throw new Error(result.message ?? text);
  const failed = result.checks.find(({ status }) => status !== 'pass');
  if (failed) throw new Error(`${failed.id}: ${failed.status}, ${failed.actual ?? failed.reason ?? ''}`);
  return result;
}

async function inFolder(work) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'meatymusic-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
