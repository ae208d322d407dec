import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { safeLine } from '../../base/safe-text.ts';
import { besideText } from '../../base/wrap-text.ts';
import type { Project } from '../../config/project.ts';
import { configOf } from '../../config/schema.ts';
import type { Action, CommandModule, Invocation } from '../invocation.ts';
import { openStackProject } from '../stack-project.ts';
import { lineFor, styleFor } from '../style.ts';
import { withSpinner } from '../with-spinner.ts';
import type { Finding } from './finding.ts';
import { examine } from './findings.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description(
      'Check what `up` and `verify` need on this machine and suggest fixes: Node.js, Docker and Compose, the embedded runtime, ports ' +
        'and the processes that hold them, disk, memory, a browser; the addresses of an external stack, log files and the token.',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
On an external stack, doctor resolves and connects to each address, checks its certificate and HTTP status, and logs in to the database and the cache.
Exit codes: 0 \`up\` (external: \`verify\`) will work, 1 the configuration must be corrected first, 69 something on the machine, or
something that the configuration names, keeps it from working.

Examples:
  $ meatymusic doctor
  $ meatymusic doctor --json | jq '.findings[] | select(.state != "ok")'`,
    );
  act(command, doctor);
};

const doctor: Action = async (invocation, { json }) => {
  const { project, finding } = await openAnyway(invocation);
  const findings = [
    finding,
    ...(await withSpinner(invocation, 'looking at this machine', () => examine(project, invocation.signal))),
  ];
  const exitCode = findings.slice(1).some(({ state }) => state === 'bad')
    ? ExitCode.unavailable
    : finding.state === 'bad'
      ? ExitCode.checkFailed
      : ExitCode.ok;
  if (json) {
    await invocation.stdout.write(`${JSON.stringify({ ok: exitCode === 0, exitCode, findings }, null, 2)}\n`);
    return exitCode;
  }
  const { good, warn, bad, link, bold } = styleFor(invocation.stdout);
  const mark = { ok: good('ok  '), note: warn('note'), bad: bad('bad ') };
  const width = Math.max(...findings.map(({ name }) => name.length));
  const columns = invocation.stdout.columns;
  const lines = findings.flatMap(({ name, state, found, fix }) => [
    ...(invocation.quiet && state === 'ok'
      ? []
      : besideText(`${mark[state]}  ${name.padEnd(width)}  `, safeLine(found), columns)),
    ...(fix && state !== 'ok' ? besideText(' '.repeat(width + 8), fix, columns, link) : []),
  ]);
  const command = project.config.runtime === 'external' ? '`meatymusic verify`' : '`meatymusic up`';
  const end = {
    [ExitCode.ok]: `nothing keeps ${command} from working`,
    [ExitCode.checkFailed]: 'the configuration has to be corrected first',
    [ExitCode.unavailable]: `what is marked bad keeps ${command} from working`,
  }[exitCode];
  await invocation.stdout.write(`${lines.join('\n')}\n\n${lineFor(invocation.stdout, end, bold)}`);
  return exitCode;
};

/** A configuration that does not load is a finding; the rest is then looked at with the defaults. */
async function openAnyway(invocation: Invocation): Promise<{ project: Project; finding: Finding }> {
  const name = 'configuration';
  try {
    const project = await openStackProject(invocation);
    const found = project.file ?? 'none: the defaults, and the environment';
    return { project, finding: { name, state: 'ok', found } };
  } catch (error) {
    if (!(error instanceof Fault) || invocation.signal.aborted) throw error;
    const { cwd, env, redact } = invocation;
    const config = configOf();
    return {
      project: { config, origins: new Map(), root: cwd, env, redact },
      finding: {
        name,
        state: 'bad',
        found: [error.message, ...error.details].join('; '),
        fix: 'meatymusic config names them one by one',
      },
    };
  }
}
