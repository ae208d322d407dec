import { attempt, defineCheck, type Evidence, fact, integer, option, v } from '../../src/check/index.ts';

/**
 * Verifies that the production build of the web app completes. It runs the configured command, so it takes as long as that
 * does; where none is configured there is nothing to judge.
 */
export default defineCheck({
  title: 'The production build of the web app completes',
  failureTitle: 'The production build of the web app fails',
  why: 'A development server forgives what a build does not: types, missing modules, pages that cannot be rendered.',
  judges: 'web',
  needs: ['command'],
  uses: ['web'],
  effects: 'temporary',
  tags: ['contract', 'web', 'build'],
  timeoutMs: 600_000,
  options: {
    command: option(v.string(), '', 'Build command; default: services.web.build.command'),
    lines: option(integer(1), 30, 'Number of last lines of the output to keep'),
  },
  codes: {
    'build-failed': {
      headline: 'The production build of the web app fails',
      means: 'the command ends with another exit code than 0',
      hint: 'run the build command by hand',
    },
    'too-slow': {
      headline: 'The production build of the web app takes too long',
      means: 'the command did not end within the time of the check, and was killed',
      hint: 'run the build command by hand: does it wait for input?',
    },
    'cannot-run': {
      headline: 'The production build of the web app cannot be run',
      means: 'the command could not be run',
      hint: 'run the build command by hand and compare',
    },
  },
  sabotage: [
    {
      name: 'the build fails',
      code: 'build-failed',
      kind: 'options',
      set: { command: 'echo "Failed to compile."; exit 1' },
    },
    { name: 'the build is killed', code: 'build-failed', kind: 'options', set: { command: 'kill -9 $$' } },
  ],
  async run({ command: commands, stack, options, pass, fail, skip }) {
    const command = options.command || stack.services.web.build?.command;
    if (!command) {
      return skip(
        'no build command is configured',
        "services.web.build: { command: 'npm run build', cwd: 'apps/web' } in meatymusic.config.ts",
      );
    }
    const cwd = stack.services.web.build?.cwd;
    const where = cwd ? `\`${command}\` in ${cwd}` : `\`${command}\``;
    const expected = `${where} ends with 0`;
    const { value, failure } = await attempt(
      commands.run({
        command,
        ...(cwd ? { cwd } : {}),
        env: { NODE_ENV: 'production', CI: '1' },
        live: true,
      }),
    );
    const { stdout = '', stderr = '' } = value ?? failure.details;
    const evidence = [
      ...lastLines('output', command, stdout, options.lines),
      ...lastLines('errors', command, stderr, options.lines),
    ];
    const last = (stderr.trim() || stdout.trim()).split('\n').at(-1);
    const lastWords = last ? `: ${last}` : '';
    if (failure) {
      return fail(failure.code === 'TIMEOUT' ? 'too-slow' : 'cannot-run', {
        expected,
        actual: `${failure.message}${lastWords}`,
        evidence: [fact('error', failure.code), ...evidence],
      });
    }
    const { exitCode, signal, durationMs } = value;
    const took = `${(durationMs / 1000).toFixed(1)} s`;
    if (exitCode === 0) return pass(`${where} completed in ${took}`, { count: 1, what: 'build' }, evidence);
    const actual = signal
      ? `it was ended by ${signal} after ${took}`
      : `it ended with ${exitCode} after ${took}`;
    return fail('build-failed', { expected, actual: `${actual}${lastWords}`, evidence });
  },
});

function lastLines(label: string, source: string, text: string, count: number): Evidence[] {
  const all = text.trimEnd().split('\n');
  if (text.trim() === '') return [];
  const start = Math.max(0, all.length - count);
  const lines = all.slice(start).map((line, index) => ({ number: start + index + 1, text: line }));
  return [{ kind: 'lines', label, source, lines, total: all.length }];
}
