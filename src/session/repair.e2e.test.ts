import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awaitUntil } from '../base/await-until.ts';
import { createPostgresProbe } from '../probes/postgres.ts';
import { readState } from '../runners/state.ts';
import { answers } from '../runners/tcp.ts';
import { testProbeContext } from '../testing/probe-context.ts';
import { type CliResult, makeProject, notBuilt, type TestProject } from '../testing/project.ts';
import type { ChangeRecord } from './change.ts';

/** Random kills of `verify`; more on demand: MEATYMUSIC_KILLS=50. */
const kills = Number(process.env.MEATYMUSIC_KILLS ?? 3);
const shown = ({ code, stdout, stderr }: CliResult) => `exit code ${code}\n${stdout}\n${stderr}`;

/** Takes Redis away and waits, so that a signal finds it away. */
const patient = `
import { defineCheck } from 'meatymusic';

export default defineCheck({
  title: 'The API waits for Redis',
  failureTitle: 'The API does not wait for Redis',
  why: 'An example.',
  needs: ['control', 'ids'],
  uses: ['cache'],
  effects: 'disruptive',
  timeoutMs: 120_000,
  codes: { never: { means: 'it never happens', hint: 'none' } },
  async run({ control, ids, pass }) {
    await control.stop({ service: 'cache' });
    await ids.pause({ ms: 100_000 });
    return pass('it does', { count: 1, what: 'wait' });
  },
});
`;
/** The same with rows in the database. */
const patientWithRows = patient
  .replace("needs: ['control', 'ids']", "needs: ['postgres', 'ids']")
  .replace("effects: 'disruptive'", "effects: 'temporary'")
  .replace('async run({ control,', 'async run({ postgres,')
  .replace(
    "control.stop({ service: 'cache' })",
    `postgres.session({
      steps: [{ sql: "insert into tenants (name, slug) values ('left', 'left')" }],
      undo: [{ sql: "delete from tenants where slug = 'left'" }],
    })`,
  );

const disruptive = ['cache/degrades', 'api/ready-tells-truth', 'errors/server-error', 'tenancy/over-http'];
let project: TestProject;

describe.skipIf(notBuilt)(`what a killed verify left${notBuilt ? ` (${notBuilt})` : ''}`, () => {
  beforeAll(async () => {
    project = await makeProject({ checks: './ops', verify: { timeout: '10s' } });
    mkdirSync(project.file('ops/shop'), { recursive: true });
    writeFileSync(project.file('ops/shop/patient.ts'), patient);
    writeFileSync(project.file('ops/shop/patient-with-rows.ts'), patientWithRows);
    const up = await project.run(['up', '--no-verify']);
    expect(up.code, shown(up)).toBe(0);
  });
  afterAll(() => project?.remove());

  const note = 'note: repaired what an earlier `meatymusic verify` left: cache is stopped (shop/patient)';

  it.each([
    ['verify', ['verify', 'cache/ping']],
    ['up', ['up', '--no-verify']],
    ['status', ['status']],
    // A proof that stops no service takes the least time.
    ['checks prove', ['checks', 'prove', 'naming/configuration']],
  ])('is repaired by the next `%s`, which reports it', async (_name, args) => {
    await killIn('shop/patient');
    expect(records()).toMatchObject([{ undo: { kind: 'start', service: 'cache' } }]);
    const next = await project.run(args);
    expect(next.code, shown(next)).toBe(0);
    expect(next.stderr).toContain(note);
    expect(records()).toEqual([]);
    expect(await away()).toEqual([]);
  });

  it('is forgotten by `down`, which reports it, and does not come back', async () => {
    await killIn('shop/patient');
    const down = await project.run(['down']);
    expect(down.code, shown(down)).toBe(0);
    expect(down.stderr).toContain(
      'note: cache is stopped (shop/patient), as an earlier `meatymusic verify` left it: gone with the stack',
    );
    const up = await project.run(['up', '--no-verify']);
    expect(up.code, shown(up)).toBe(0);
    expect(up.stderr).not.toContain('earlier');
    expect(await away()).toEqual([]);
  });

  it('is not taken from a run that lives', async () => {
    const running = await startIn('shop/patient');
    const status = await project.run(['status']);
    expect(status.code).toBe(1);
    expect(status.stderr).toMatch(
      new RegExp(
        `note: cache is stopped \\(shop/patient\\) by .meatymusic verify., process ${running.child.pid}, `,
      ),
    );
    expect(await away()).toEqual(['cache']);
    running.child.kill('SIGINT');
    expect((await running.ended).code).toBe(130);
    expect(await away()).toEqual([]);
    expect(records()).toEqual([]);
  });

  it('is removed from the database, by `down` too', async () => {
    for (const args of [['status'], ['down']]) {
      await killIn('shop/patient-with-rows');
      expect(await leftRows()).toBe(1);
      const next = await project.run(args);
      expect(next.stderr, shown(next)).toContain(
        'note: repaired what an earlier `meatymusic verify` left: rows of a check are in the database (shop/patient-with-rows)',
      );
      if (args[0] === 'down') expect((await project.run(['up', '--no-verify'])).code).toBe(0);
      expect(await leftRows()).toBe(0);
      expect(records()).toEqual([]);
    }
  });

  it('is reported by the run itself where it cannot restore the stack, and repaired by the next `up`', async () => {
    const running = await startIn('shop/patient');
    // Without its supervisor the stack can neither stop nor start a service.
    const { supervisor } = JSON.parse(readFileSync(project.file('.meatymusic/supervisor.json'), 'utf8'));
    process.kill(supervisor.pid, 'SIGKILL');
    await awaitUntil(() => (isRunning(supervisor.pid) ? undefined : true), {
      what: 'the supervisor to end',
      withinMs: 10_000,
    });
    running.child.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    expect(ended.stdout.replace(/\s+/g, ' '), shown(ended)).toContain(
      'cache is stopped (shop/patient): the next `meatymusic` call repairs it',
    );
    expect(records()).toHaveLength(1);
    const up = await project.run(['up', '--no-verify']);
    expect(up.code, shown(up)).toBe(0);
    expect(up.stderr).toContain(note);
    expect(await away()).toEqual([]);
  });

  it(`is nothing after the next call, wherever the kill comes (${kills} kills)`, {
    timeout: 60_000 + kills * 20_000,
  }, async () => {
    const left: string[] = [];
    let found = 0;
    for (let kill = 1; kill <= kills; kill++) {
      const running = project.start(['verify', ...disruptive]);
      const first = awaitUntil(
        () => (records().length > 0 || running.child.exitCode !== null ? true : undefined),
        {
          what: 'the first change',
          withinMs: 60_000,
          intervalMs: 1,
          maxIntervalMs: 5,
        },
      );
      await first;
      // Up to a bit longer than the whole of what follows.
      await awaitUntil(() => undefined, { what: 'a random moment', withinMs: Math.random() * 2500 }).catch(
        () => {},
      );
      running.child.kill('SIGKILL');
      await running.ended;
      if (records().length > 0) found++;
      const next = await project.run(['status', '--json']);
      const rest = [...awayIn(next), ...records().map(({ what }) => what)];
      const rows = await probeTenants();
      if (rest.length + rows > 0) left.push(`kill ${kill}: ${rest.join(', ')}, ${rows} rows; ${shown(next)}`);
    }
    process.stdout.write(
      `${kills} kills of verify, ${found} with a change of the stack left, ${left.length} not repaired\n`,
    );
    expect(left).toEqual([]);
  });
});

function records(): ChangeRecord[] {
  const folder = project.file('.meatymusic/changes');
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as ChangeRecord);
  } catch {
    return [];
  }
}

/** Services that do not run, once `status` has repaired what there is to repair. */
async function away(): Promise<string[]> {
  return awayIn(await project.run(['status', '--json']));
}

function awayIn({ stdout }: CliResult): string[] {
  const { services } = JSON.parse(stdout) as { services: { service: string; state: string }[] };
  return services.filter(({ state }) => state !== 'running').map(({ service }) => service);
}

/** A run of this check that has changed the stack. */
async function startIn(check: string) {
  const running = project.start(['verify', check]);
  const ended = running.ended.then((result) => {
    throw new Error(`it ended: ${shown(result)}`);
  });
  ended.catch(() => {});
  const changed = awaitUntil(
    async () => (records().length > 0 && (await isChanged(check)) ? true : undefined),
    { what: 'the stack to be changed', withinMs: 60_000 },
  );
  await Promise.race([changed, ended]);
  return running;
}

async function killIn(check: string): Promise<void> {
  const running = await startIn(check);
  running.child.kill('SIGKILL');
  await running.ended;
}

/** Asked without the command line, which would repair it. */
async function isChanged(check: string): Promise<boolean> {
  if (check !== 'shop/patient') return (await leftRows()) === 1;
  return !(await answers({ host: '127.0.0.1', port: project.ports.cache, withinMs: 500 }));
}

const leftRows = () => count("slug = 'left'");
const probeTenants = () => count("slug like 'meatymusic-probe-%'");

async function count(where: string): Promise<number> {
  const context = testProbeContext();
  const probe = createPostgresProbe({
    ...context,
    endpoints: { ...context.endpoints, ...readState(project.folder).supervisor?.endpoints },
  });
  try {
    const { rows } = await probe.query({ sql: `select count(*)::int as n from tenants where ${where}` });
    return Number(rows[0]?.n);
  } finally {
    await probe.close?.();
    await context.close();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
