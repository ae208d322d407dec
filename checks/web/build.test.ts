import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { evidenceLabels, evidenceOf } from '../../src/testing/evidence-labels.ts';
import { answers } from '../../src/testing/stub-probes.ts';
import check from './build.ts';

interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  durationMs: number;
  signal?: string;
}

/** A shell that knows this command in this folder alone. */
const shell = (
  result: Ended | Error,
  at: { command: string; cwd?: string } = { command: 'npm run build', cwd: '/app/web' },
) => ({
  command: {
    run: answers<Ended>([
      { cwd: undefined, ...at, env: { NODE_ENV: 'production', CI: '1' }, live: true },
      result,
    ]),
  },
});

const ended = (exitCode: number | null, over: Partial<Ended> = {}, at?: Parameters<typeof shell>[1]) =>
  shell({ exitCode, stdout: '', stderr: '', durationMs: 1500, ...over }, at);

const stack = { services: { web: { build: { command: 'npm run build', cwd: '/app/web' } } } };

testCheck(
  check,
  {
    passes: [
      {
        when: 'the command ends with 0',
        stack,
        probes: ended(0),
        summary: '`npm run build` in /app/web completed in 1.5 s',
      },
      {
        when: 'the option names a command',
        options: { command: 'make' },
        probes: ended(0, {}, { command: 'make' }),
        summary: /^`make` completed/,
      },
    ],
    fails: [
      {
        when: 'the command ends with 1',
        code: 'build-failed',
        stack,
        probes: ended(1, { stdout: 'compiling\n', stderr: 'Type error: no\n\nBuild failed.\n' }),
        expected: '`npm run build` in /app/web ends with 0',
        actual: 'it ended with 1 after 1.5 s: Build failed.',
      },
      {
        when: 'the command is killed',
        code: 'build-failed',
        stack,
        probes: ended(null, { signal: 'SIGKILL' }),
        actual: 'it was ended by SIGKILL after 1.5 s',
      },
      {
        when: 'the command does not exist',
        code: 'cannot-run',
        stack,
        probes: shell(new ProbeError('ENOENT', 'npm: not found')),
        actual: 'npm: not found',
      },
      {
        when: 'the command does not end in time',
        code: 'too-slow',
        stack,
        probes: shell(
          new ProbeError('TIMEOUT', '`npm run build` did not end within 10 min', {
            stdout: 'Linting …\nCollecting page data …\n',
            stderr: '',
          }),
        ),
        actual: '`npm run build` did not end within 10 min: Collecting page data …',
      },
    ],
    skips: [
      {
        when: 'no command is configured',
        probes: {},
        reason: 'no build command is configured',
        enable: /services\.web\.build/,
      },
    ],
  },
  { describe, it },
);

it('shows the last lines of the output and of the errors, with their numbers', async () => {
  const evidence = await evidenceOf(check, {
    stack,
    options: { lines: 2 },
    probes: ended(1, { stdout: '\na\nb\n\nc\n\n', stderr: 'one\n' }),
  });
  expect(evidence).toEqual([
    {
      kind: 'lines',
      label: 'output',
      source: 'npm run build',
      lines: [
        { number: 4, text: '' },
        { number: 5, text: 'c' },
      ],
      total: 5,
    },
    {
      kind: 'lines',
      label: 'errors',
      source: 'npm run build',
      lines: [{ number: 1, text: 'one' }],
      total: 1,
    },
  ]);
});

it('shows no output where there is none, and the error of a command that cannot be run', async () => {
  expect(await evidenceLabels(check, { stack, probes: ended(0, { stdout: ' \n' }) })).toEqual(['pass']);
  const failed = new ProbeError('ENOENT', 'npm: not found', { stdout: 'a', stderr: '' });
  expect(await evidenceLabels(check, { stack, probes: shell(failed) })).toEqual([
    ...['cannot-run', 'error', 'output'],
  ]);
});
