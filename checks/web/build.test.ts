import { describe, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import check from './build.ts';

const ended = (
  exitCode: number | null,
  over: { stdout?: string; stderr?: string; signal?: string } = {},
) => ({
  command: { run: { exitCode, stdout: '', stderr: '', durationMs: 1500, ...over } },
});
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
        probes: ended(0),
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
        probes: { command: { run: new ProbeError('ENOENT', 'npm: not found') } },
        actual: 'npm: not found',
      },
      {
        when: 'the command does not end in time',
        code: 'too-slow',
        stack,
        probes: {
          command: {
            run: new ProbeError('TIMEOUT', '`npm run build` did not end within 10 min', {
              stdout: 'Linting …\nCollecting page data …\n',
              stderr: '',
            }),
          },
        },
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
