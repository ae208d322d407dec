import { statSync } from 'node:fs';
import path from 'node:path';
import { Fault, messageOf, stackOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { safeText } from '../base/safe-text.ts';
import { wrapText } from '../base/wrap-text.ts';
import { endDespiteOpenHandles } from './left-open.ts';
import { internalFault, mostSevereExitCode, openProcess, type ProcessContext } from './process.ts';
import { parseCall } from './program.ts';

/** One call of the command line, from arguments to exit code. The only place that prints an unexpected error. */
export async function run(argv: readonly string[], version: string): Promise<number> {
  const context = openProcess({ plain: argv.includes('--no-color') });
  const codes: number[] = [];
  try {
    codes.push(await call(argv, version, context));
  } catch (thrown) {
    const fault = thrown instanceof Fault ? thrown : internalFault(thrown);
    // A failure that an abort causes is reported as the reason of the abort, below.
    if (context.reasons.length === 0 || (thrown instanceof Fault && !context.reasons.includes(thrown))) {
      codes.push(fault.exitCode);
      await report(fault, argv, context).catch(() => {});
    }
  }
  for (const reason of context.reasons) {
    codes.push(reason.exitCode);
    if (reason.code !== 'reader-gone') await report(reason, argv, context).catch(() => {});
  }
  context.close();
  const { NODE_DEBUG = '' } = process.env;
  endDespiteOpenHandles({ verbose: argv.includes('--verbose') || NODE_DEBUG.includes('meatymusic') });
  return mostSevereExitCode(codes);
}

async function call(argv: readonly string[], version: string, context: ProcessContext): Promise<number> {
  const parsed = await parseCall(argv, version);
  if (parsed.kind === 'help') {
    await (parsed.exitCode === ExitCode.ok ? context.stdout : context.stderr).write(parsed.text);
    return parsed.exitCode;
  }
  const { config, env: environment, cwd: folder = '.', quiet = false, verbose = false } = parsed.globals;
  const cwd = path.resolve(folder);
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Fault({
      code: 'no-folder',
      message: `--cwd ${folder}: there is no such folder`,
      exitCode: ExitCode.usage,
    });
  }
  const { base, stdout, stderr } = context;
  const configFile = config ? { configFile: path.resolve(cwd, config) } : {};
  return parsed.action(
    {
      ...base,
      cwd,
      ...configFile,
      ...(environment !== undefined && { environment }),
      quiet,
      verbose,
      stdout,
      stderr,
    },
    parsed.options,
    parsed.args,
  );
}

async function report(
  fault: Fault,
  argv: readonly string[],
  { stdout, stderr }: ProcessContext,
): Promise<void> {
  if (argv.includes('--json')) {
    const { code, message, hint, exitCode, details } = fault;
    const json = `${JSON.stringify({ error: { code, message, hint, exitCode, details } })}\n`;
    await (stdout.used ? stderr : stdout).write(json);
    return;
  }
  await stderr.write(textOf(fault, argv.includes('--verbose'), stderr.columns));
}

function textOf(fault: Fault, verbose: boolean, columns: number): string {
  const { code, message, details, cause } = fault;
  if (code === 'signal') return `${message}\n`;
  const where = code === 'internal' && !verbose ? 'the same call with --verbose shows where' : undefined;
  const hint = fault.hint ?? where;
  const folded = (text: string, hang: number) =>
    safeText(text)
      .split('\n')
      .flatMap((line) => wrapText(line, columns, hang));
  const lines = [
    ...folded(`error[${code}]: ${message}`, 2),
    ...details.flatMap((line) => folded(`  ${line}`, 4)),
    ...(hint ? folded(`hint: ${hint}`, 6) : []),
  ];
  if (verbose) {
    for (const error of causesOf(cause ?? fault)) lines.push(safeText(stackOf(error) ?? messageOf(error)));
  }
  return `${lines.join('\n')}\n`;
}

/** Returns the error with its causes; one that is its own cause comes once. */
function causesOf(error: unknown): unknown[] {
  const causes = new Set<unknown>();
  try {
    for (let at = error; at instanceof Error && !causes.has(at); at = at.cause) causes.add(at);
  } catch {
    // A cause that cannot be read is the last one.
  }
  return [...causes];
}
