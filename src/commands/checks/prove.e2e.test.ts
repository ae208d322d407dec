import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { createPostgresProbe } from '../../probes/postgres.ts';
import { readState } from '../../runners/state.ts';
import type { ChangeRecord } from '../../session/change.ts';
import { testProbeContext } from '../../testing/probe-context.ts';
import { type CliResult, makeProject, notBuilt, type TestProject } from '../../testing/project.ts';
import { expectProven, listBuiltInChecks } from '../../testing/prove-checks.ts';

const outputOf = ({ code, stdout, stderr }: CliResult) => `exit code ${code}\n${stdout}\n${stderr}`;
// Whether it is right is asked here, not whether it is fast: the machine may be busy.
const verify = { timeout: '10s' };
const slow = ['shop', 'browser/*', 'api/ready-tells-truth', 'cache/degrades'];

/** With Redis away it waits, so that a signal finds the stack broken. */
const patient = `
import { defineCheck } from 'meatymusic';

export default defineCheck({
  title: 'Redis answers',
  failureTitle: 'Redis does not answer',
  why: 'An example.',
  needs: ['redis', 'ids'],
  timeoutMs: 120_000,
  codes: { away: { means: 'it is away', hint: 'start it' } },
  sabotage: [{ name: 'Redis is stopped', code: 'away', kind: 'stop', service: 'cache' }],
  async run({ redis, ids, pass, fail }) {
    try {
      await redis.command({ name: 'PING' });
      return pass('it answers', { count: 1, what: 'answer' });
    } catch {
      await ids.pause({ ms: 100_000 });
      return fail('away', { expected: 'PONG', actual: 'nothing' });
    }
  },
});
`;
/** The same with a column away: that is in the data, and outlives the stack. */
const patientWithData = patient
  .replace("needs: ['redis', 'ids']", "needs: ['postgres', 'ids']")
  .replace('async run({ redis,', 'async run({ postgres,')
  .replace("redis.command({ name: 'PING' })", "postgres.query({ sql: 'select email from users' })")
  .replace(
    /^ {2}sabotage.*$/m,
    `  sabotage: [{
    name: 'a column is renamed',
    code: 'away',
    kind: 'sql',
    break: ['alter table users rename column email to mail'],
    restore: ['alter table users rename column mail to email'],
  }],`,
  );
/** Nothing was declared that shows it to be able to fail. */
const withoutSabotage = patient.replace(/^ {2}sabotage.*\n/m, '');

let project: TestProject;

async function startStack(): Promise<void> {
  project = await makeProject({ checks: './ops', verify });
  mkdirSync(project.file('ops/shop'), { recursive: true });
  writeFileSync(project.file('ops/shop/patient.ts'), patient);
  writeFileSync(project.file('ops/shop/patient-with-data.ts'), patientWithData);
  writeFileSync(project.file('ops/shop/trusting.ts'), withoutSabotage);
  const up = await project.run(['up', '--no-verify']);
  expect(up.code, outputOf(up)).toBe(0);
}

const changes = () => project.file('.meatymusic/changes');
const records = () =>
  (existsSync(changes()) ? readdirSync(changes()) : [])
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(path.join(changes(), name), 'utf8')) as ChangeRecord);

async function expectHealthy(...patterns: string[]): Promise<CliResult> {
  const result = await project.run(['verify', ...patterns, ...slow.flatMap((each) => ['--skip', each])]);
  expect(result.code, outputOf(result)).toBe(0);
  return result;
}

describe.skipIf(notBuilt)(`meatymusic checks prove${notBuilt ? ` (${notBuilt})` : ''}`, () => {
  beforeAll(startStack);
  afterAll(() => project?.remove());

  it('proves every built-in check able to fail', { timeout: 600_000 }, async () => {
    const listed = await listBuiltInChecks(project);
    expect(listed.length).toBeGreaterThanOrEqual(52);
    await expectProven(project, listed);
    await expectHealthy();
  });

  it('does not let a check pass that declares no sabotage', async () => {
    const result = await project.run(['checks', 'prove', 'shop/trusting', 'naming/configuration']);
    expect(result.code, outputOf(result)).toBe(1);
    expect(result.stdout).toContain('? shop/trusting  unproven: it declares no sabotage');
    expect(result.stdout).toContain('1 of 2 checks proven able to fail, 1 unproven in ');
  });

  it('restores the stack when it is interrupted', async () => {
    const proving = project.start(['checks', 'prove', 'shop/patient']);
    await untilBroken(proving);
    proving.child.kill('SIGINT');
    const { code, stdout, stderr } = await proving.ended;
    expect(code, stderr).toBe(130);
    expect(stdout).toContain('0 of 1 check proven able to fail, 1 not decided');
    expect(records()).toEqual([]);
    const { stderr: notes } = await expectHealthy('cache/ping');
    expect(notes).not.toContain('note:');
  });

  it('keeps others away while it breaks the stack', async () => {
    const proving = project.start(['checks', 'prove', 'shop/patient']);
    await untilBroken(proving);
    for (const args of [['verify'], ['up'], ['checks', 'prove']]) {
      const other = await project.run(args);
      expect(other.code, outputOf(other)).toBe(75);
      expect(other.stderr).toContain(
        `checks prove breaks this stack on purpose: process ${proving.child.pid}`,
      );
    }
    proving.child.kill('SIGTERM');
    expect((await proving.ended).code).toBe(143);
  });

  it('is restored by the next call after a SIGKILL', async () => {
    const proving = project.start(['checks', 'prove', 'shop/patient']);
    await untilBroken(proving);
    proving.child.kill('SIGKILL');
    await proving.ended;
    expect(records()).toMatchObject([{ undo: { kind: 'start', service: 'cache' } }]);
    const { stderr } = await expectHealthy('cache/ping');
    expect(stderr).toContain(
      'note: repaired what an earlier `meatymusic checks prove` left: sabotage "Redis is stopped"',
    );
    expect(records()).toEqual([]);
  });

  it('is repaired by `up` before it migrates, when the stack ended with what was broken', async () => {
    const proving = project.start(['checks', 'prove', 'shop/patient-with-data']);
    await untilBroken(proving, columnIsRenamed);
    proving.child.kill('SIGKILL');
    await proving.ended;
    const { supervisor } = JSON.parse(readFileSync(project.file('.meatymusic/supervisor.json'), 'utf8'));
    process.kill(supervisor.pid, 'SIGKILL');
    const up = await project.run(['up', '--no-verify']);
    expect(up.code, outputOf(up)).toBe(0);
    expect(up.stderr).toMatch(
      /note: repaired what an earlier `meatymusic checks prove` left: sabotage "a column is renamed"\n[\s\S]*migrations/,
    );
    await expectHealthy('database/tables-present');
  });
});

async function redisIsAway(): Promise<boolean> {
  const { services } = (await project.json(['status'])) as { services: { role: string; state: string }[] };
  return services.some(({ role, state }) => role === 'cache' && state === 'exited');
}

async function columnIsRenamed(): Promise<boolean> {
  const context = testProbeContext();
  const probe = createPostgresProbe({
    ...context,
    endpoints: { ...context.endpoints, ...readState(project.folder).supervisor?.endpoints },
  });
  try {
    await probe.query({ sql: 'select mail from users' });
    return true;
  } finally {
    await probe.close?.();
    await context.close();
  }
}

/** Then the check has begun its long pause, or will in a moment. */
async function untilBroken(proving: ReturnType<TestProject['start']>, isBroken = redisIsAway): Promise<void> {
  const ended = proving.ended.then((result) => {
    throw new Error(`it ended: ${outputOf(result)}`);
  });
  ended.catch(() => {});
  const broken = awaitUntil(async () => (records().length > 0 && (await isBroken())) || undefined, {
    what: 'the stack to be broken',
    withinMs: 60_000,
  });
  await Promise.race([broken, ended]);
}
