import { describe, expect, test } from 'vitest';
import { judgeMigrationCommand } from './migration-command.ts';

const of = { command: 'alembic upgrade head', description: 'migrated by Alembic, at 1975ea' };
const judge = (exitCode: number | null, lines: string[] = []) =>
  judgeMigrationCommand({ ...of, check: { command: 'alembic check', exitCode, lines } });

test('without a check nothing is judged, and one is suggested', () => {
  expect(judgeMigrationCommand(of)).toMatchObject({
    kind: 'skip',
    reason: expect.stringMatching(
      /^migrated by Alembic, at 1975ea; .* because migrations\.check is not set$/,
    ),
    enable: 'migrations.check: a command of the tool that fails while a migration is pending',
  });
  expect(judgeMigrationCommand({ ...of, suggested: 'alembic check' })).toMatchObject({
    enable: 'migrations.check: alembic check',
  });
});

test('the check passes with exit code 0, whatever it prints', () => {
  expect(judge(0, ['no such option: ignored'])).toMatchObject({
    kind: 'pass',
    summary: 'migrated by Alembic, at 1975ea; alembic check found nothing pending; drift is not judged',
  });
});

test('the check fails with any other, or by a signal', () => {
  expect(judge(1)).toMatchObject({
    kind: 'fail',
    expected: '`alembic check` ends with 0',
    actual: 'it ended with 1; migrated by Alembic, at 1975ea',
  });
  expect(judge(null)).toMatchObject({ actual: 'it ended with a signal; migrated by Alembic, at 1975ea' });
});

describe('a tool that does not understand its check decides nothing', () => {
  test.each([
    'alembic: error: unrecognized arguments: --check-heads',
    'error: unrecognized argument',
    "error: unrecognized option '--x'",
    'Error: unrecognized command "check"',
    'Error: No such option: --check',
    "Error: No such command 'check'.",
    'unknown flag: --check',
    'unknown option --check',
    'unknown command "check" for "goose"',
    'unknown argument check',
    'unknown switch c',
    "unknown shorthand flag: 'c' in -c",
    'invalid option -- c',
    "argument command: invalid choice: 'check'",
  ])('%s', (line) => {
    expect(judge(2, ['usage: tool', line])).toMatchObject({
      kind: 'skip',
      reason: expect.stringContaining(`\`alembic check\` is not understood here: ${line}`),
    });
  });

  test.each(['unknown column "x"', 'invalid value', 'no such table: songs', 'migration not found'])(
    'but not for %s',
    (line) => {
      expect(judge(1, [line]).kind).toBe('fail');
    },
  );
});

test('the last twenty lines are evidence, counted from one', () => {
  const lines = Array.from({ length: 25 }, (_, at) => `line ${at + 1}`);
  const verdict = judge(1, lines);
  const evidence = verdict.kind === 'fail' ? verdict.evidence : [];
  expect(evidence).toMatchObject([
    { label: 'migrations.command', value: 'alembic upgrade head' },
    { label: 'migrations.check', value: 'alembic check' },
    { label: 'exit code', value: '1' },
    { label: 'database', value: 'migrated by Alembic, at 1975ea' },
    { label: 'output of the check', total: 25 },
  ]);
  const shown = (evidence.at(-1) as { lines: object[] }).lines;
  expect([shown.length, shown[0], shown.at(-1)]).toEqual([
    20,
    { number: 1, text: 'line 6' },
    { number: 20, text: 'line 25' },
  ]);
  const ended = judge(null);
  expect(ended.kind === 'fail' && ended.evidence[2]).toMatchObject({ value: 'ended by a signal' });
});
