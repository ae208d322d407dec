/**
 * How cost grows with size. Each bench runs one command (or function) for several sizes and prints the exponent of the
 * last step: the growth of the time over that of the size, both counted from the smallest size, so that the start of Node.js
 * does not make growth look smaller than it is. 1 is linear.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

const root = fileURLToPath(new URL('../../', import.meta.url));
const binary = path.join(root, 'bin/meatymusic.js');
const rounds = 3;

export default [
  { name: 'growth-checks', budget: '≤ 1.1', run: checks },
  { name: 'growth-services', budget: '≤ 1.1', run: services },
  { name: 'growth-spans', budget: '≤ 1.1', run: spans },
  { name: 'growth-tables', budget: '≤ 1.1', run: tables },
  { name: 'growth-migrations', budget: '≤ 1.1', run: migrations },
];

/** Declared HTTP checks against one server. */
async function checks() {
  const program = `require('node:http').createServer((q, r) => r.end('ok')).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;
  return inFolder(async (folder) => {
    const server = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const port = Number(await new Promise((resolve) => server.stdout.once('data', resolve)));
      return await grow([10, 100, 1000, 10_000], (count) => {
        const file = path.join(folder, `checks-${count}.yaml`);
        const each = (index) =>
          `  - id: bench/check-${index}\n    kind: http\n    url: http://127.0.0.1:${port}/${index}\n    status: 200\n`;
        writeFileSync(file, `checks:\n${Array.from({ length: count }, (_, index) => each(index)).join('')}`);
        return () => call(folder, ['verify', '--check-file', file, '--quiet']);
      });
    } finally {
      server.kill();
    }
  });
}

/** Small Node.js processes, from `up` to healthy; the time to start them by hand is not subtracted. */
async function services() {
  return inFolder(async (folder) => {
    const ports = await freePorts(16);
    const program = `require('node:http').createServer((q, r) => r.end('ok')).listen(process.env.PORT, '127.0.0.1')`;
    writeFileSync(path.join(folder, 'server.js'), program);
    return grow([4, 8, 16], (count) => {
      const off = { enabled: false };
      const services = { api: off, web: off, database: off, cache: off };
      for (const port of ports.slice(0, count))
        services[`s${port}`] = {
          kind: 'api',
          url: `http://127.0.0.1:${port}`,
          start: { command: 'node server.js' },
        };
      const config = path.join(folder, `config-${count}.json`);
      writeFileSync(config, JSON.stringify({ services, contract: { tenancy: false } }));
      return {
        run: () => call(folder, ['--config', config, 'up', '--no-verify']),
        after: () => call(folder, ['--config', config, 'down']),
      };
    });
  });
}

/** One trace as an exporter sends it: read from JSON, made a tree, and an assertion over all of its spans. */
async function spans() {
  const jiti = createJiti(root);
  const of = (file) => jiti.import(path.join(root, 'src', file));
  const [{ decodeJson }, { buildTraceTree }, { assertTrace }] = await Promise.all(
    ['probes/otlp/decode.ts', 'suites/trace-tree.ts', 'suites/trace-assertions.ts'].map(of),
  );
  return grow([10, 100, 1000, 10_000], (count) => {
    const id = (index) => String(index).padStart(16, '0');
    const sent = Array.from({ length: count }, (_, index) => ({
      traceId: 'a'.repeat(32),
      spanId: id(index + 1),
      parentSpanId: index === 0 ? 'f'.repeat(16) : id(Math.ceil(index / 3)),
      name: `span ${index}`,
      kind: 1,
      startTimeUnixNano: String(1_790_000_000_000_000_000n + BigInt(index)),
      endTimeUnixNano: String(1_790_000_000_000_001_000n + BigInt(index)),
      attributes: [{ key: 'index', value: { intValue: String(index) } }],
    }));
    const body = Buffer.from(
      JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: [{ scope: {}, spans: sent }] }] }),
    );
    return () => {
      for (let turn = 0; turn < 20; turn++) {
        const all = decodeJson(body);
        const { reached } = buildTraceTree(all, 'f'.repeat(16));
        if (reached !== count) throw new Error(`${reached} of ${count} spans reached`);
        assertTrace(all, { span: { name: 'span 1' }, count: 1 });
      }
    };
  });
}

/** Row-level security of the foundational tables and more, with 100 rows of two tenants each. */
async function tables() {
  return onServer(async (server) =>
    inFolder((folder) =>
      grow([3, 30, 300], async (count) => {
        const url = await server.createDatabase(`tables_${count}`);
        const { default: pg } = await import('pg');
        const client = new pg.Client(url);
        await client.connect();
        await client.query(`create role app_${count} login;
          create table tenants (id uuid primary key default gen_random_uuid(), name text);
          create table users (id uuid primary key default gen_random_uuid(), tenant_id uuid references tenants);
          ${protect('tenants', 'id', `app_${count}`)} ${protect('users', 'tenant_id', `app_${count}`)}
          insert into tenants (id) select ('00000000-0000-4000-8000-00000000000' || tenant)::uuid from generate_series(1, 2) tenant;
          insert into users (tenant_id) select id from tenants;`);
        for (let index = 2; index < count; index++)
          await client.query(`create table t${index} (id bigserial primary key, tenant_id uuid references tenants);
            insert into t${index} (tenant_id) select id from tenants, generate_series(1, 50);
            ${protect(`t${index}`, 'tenant_id', `app_${count}`)}`);
        await client.end();
        const off = { enabled: false };
        const config = path.join(folder, `config-${count}.json`);
        const database = { url, applicationRole: `app_${count}` };
        writeFileSync(
          config,
          JSON.stringify({
            runtime: 'external',
            services: { api: off, web: off, cache: off, database },
            verify: { skip: ['database/tables-present'] },
            options: { 'database/row-level-security': { preferences: false } },
          }),
        );
        return () => call(folder, ['--config', config, 'verify', 'database/row-level-security']);
      }),
    ),
  );
}

/** Lets a role see and change the rows of its tenant alone. */
function protect(table, tenant, role) {
  return `alter table ${table} enable row level security;
    alter table ${table} force row level security;
    create policy own on ${table}
      using (${tenant} = nullif(current_setting('app.current_tenant_id', true), '')::uuid);
    grant select, insert, update, delete on ${table} to ${role};
    grant usage on all sequences in schema public to ${role};`;
}

/** `migrate up` of small migrations to an empty database. */
async function migrations() {
  return onServer(async (server) =>
    inFolder((folder) =>
      grow([10, 100, 1000], (count) => {
        const files = path.join(folder, `migrations-${count}`);
        mkdirSync(files);
        for (let number = 1; number <= count; number++)
          writeFileSync(
            path.join(files, `${20260101000000 + number}_step_${number}.ts`),
            `import { type Kysely, sql } from 'kysely';
export async function up(db: Kysely<unknown>) { await sql\`create table step_${number} (id bigint primary key)\`.execute(db); }
export async function down(db: Kysely<unknown>) { await sql\`drop table step_${number}\`.execute(db); }
`,
          );
        let databases = 0;
        let url;
        return {
          before: async () => {
            url = await server.createDatabase(`migrations_${count}_${++databases}`);
          },
          run: () =>
            call(folder, ['migrate', 'up', '--quiet', '--folder', files], [0], { DATABASE_URL: url }),
        };
      }),
    ),
  );
}

/**
 * Measures `prepare(size)()` for each size, the median of several rounds, and returns the exponent of the last step.
 * `prepare` may return `{ before, run, after }`, of which `run` alone counts.
 */
async function grow(sizes, prepare) {
  const times = [];
  for (const size of sizes) {
    const prepared = await prepare(size);
    const { before, run, after } = typeof prepared === 'function' ? { run: prepared } : prepared;
    const measured = [];
    for (let round = 0; round < rounds; round++) {
      await before?.();
      const startedAt = performance.now();
      run();
      measured.push(performance.now() - startedAt);
      await after?.();
    }
    times.push(measured.sort((a, b) => a - b)[rounds >> 1]);
  }
  const [first, before, last] = [0, sizes.length - 2, sizes.length - 1];
  const growth = (times[last] - times[first]) / Math.max(times[before] - times[first], 1);
  const ofSize = (sizes[last] - sizes[first]) / (sizes[before] - sizes[first]);
  return {
    value: Math.log(growth) / Math.log(ofSize),
    detail: sizes.map((size, index) => `${size}: ${times[index].toFixed(0)} ms`).join(', '),
  };
}

async function onServer(work) {
  const { postgresMissing, startPostgres } = await createJiti(root).import(
    path.join(root, 'src/testing/postgres.ts'),
  );
  if (postgresMissing) return { skipped: postgresMissing };
  const server = await startPostgres();
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

async function inFolder(work) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'meatymusic-bench-'));
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function call(cwd, args, expected = [0], env = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [binary, ...args], {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (!expected.includes(status))
    throw new Error(
      `meatymusic ${args.join(' ')} exits with ${status}: ${stdout}${stderr}`
        .replaceAll('\n', ' ')
        .slice(0, 900),
    );
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
