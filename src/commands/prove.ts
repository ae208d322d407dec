import { formatDuration } from '../base/duration.ts';
import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { safeLine } from '../base/safe-text.ts';
import { originOf } from '../config/origin.ts';
import { validateOptions } from '../engine/check-options.ts';
import { makePlan } from '../engine/plan.ts';
import { selectChecks } from '../engine/select.ts';
import { findRuntime } from '../runtimes/choose.ts';
import { openProject } from './context.ts';
import type { Action, CommandModule } from './invocation.ts';
import { type Proof, prove } from './prove-run.ts';
import { styleFor } from './style.ts';
import { loadAllChecks } from './verify-checks.ts';
import { toolVersion } from './verify-run.ts';
import { describeStack } from './verify-stack.ts';

/** `checks prove`: registered by `checks.ts` as a sub-command. */
export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description(
      'Prove that each check can fail: break the stack in every way that it declares, and mend it again.',
    )
    .argument('[patterns...]', 'ids, areas or globs; default: all')
    .option('--json', 'machine-readable')
    .addHelpText(
      'after',
      `
Only on a stack that \`meatymusic up\` started: services are stopped, tables altered, answers forged. Everything is mended
afterwards. Exit codes: 0 every check is proven able to fail, 1 one is not.

Examples:
  $ meatymusic checks prove
  $ meatymusic checks prove cache 'api/*' --json`,
    );
  act(command, proveChecks);
};

const proveChecks: Action = async (invocation, { json }, patterns) => {
  const project = await openProject(invocation);
  const { config, origins } = project;
  const { runtime } = await findRuntime(project);
  if (runtime.name === 'external') {
    throw new Fault({
      code: 'external-stack',
      message: 'checks are proven only on a stack that meatymusic started: the proof breaks it',
      hint: 'meatymusic up --runtime embedded',
      exitCode: ExitCode.unavailable,
    });
  }
  const { checks } = await loadAllChecks(project, {}, invocation.signal);
  const selected = selectChecks(checks, { patterns, tags: [], skip: [] }, { alone: true });
  const options = validateOptions(checks, config.options, (at) => originOf(origins, at).text);
  const underTest = await describeStack(project, runtime);
  const startedAt = performance.now();
  const proofs: Proof[] = [];
  for (const check of makePlan(selected).checks) {
    if (invocation.signal.aborted) break;
    const proof = await prove(check, {
      underTest,
      options,
      timeoutMs: config.verify.timeout,
      toolVersion,
      redact: project.redact,
      signal: invocation.signal,
    });
    proofs.push(proof);
    if (!json) await invocation.stdout.write(textOf(proof, invocation));
  }
  const ok = !proofs.some(({ status }) => status === 'refuted' || status === 'unproven');
  const durationMs = performance.now() - startedAt;
  if (json) {
    const document = { schemaVersion: 1, ok, runtime: runtime.name, durationMs, checks: proofs };
    await invocation.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else await invocation.stdout.write(`\n${summaryOf(proofs)} in ${formatDuration(durationMs)}\n`);
  return ok ? ExitCode.ok : ExitCode.checkFailed;
};

const signs = { proven: '✔', refuted: '✖', skipped: '○', unproven: '?' } as const;

function textOf({ id, status, reason, sabotages }: Proof, { stdout }: Parameters<Action>[0]): string {
  const style = styleFor(stdout);
  const color = { proven: style.good, refuted: style.bad, skipped: style.warn, unproven: style.bad }[status];
  const head = `${color(signs[status])} ${id}${reason ? style.dim(`  ${status}: ${safeLine(reason, 300)}`) : ''}`;
  const lines = sabotages.map(({ name, code, holds, found, durationMs }) => {
    const sign = holds ? style.good('✔') : style.bad('✖');
    const time = formatDuration(durationMs);
    const what = holds
      ? style.dim(`fail ${code}, ${time}`)
      : `wanted fail ${code}, got ${safeLine(found ?? '', 400)}`;
    return `    ${sign} ${name.padEnd(44)}  ${what}`;
  });
  return `${[head, ...lines].join('\n')}\n`;
}

function summaryOf(proofs: readonly Proof[]): string {
  const count = (status: Proof['status']) => proofs.filter((proof) => proof.status === status).length;
  const others = (['refuted', 'unproven', 'skipped'] as const)
    .filter((status) => count(status) > 0)
    .map((status) => `${count(status)} ${status}`);
  return [`${count('proven')} of ${proofs.length} checks proven able to fail`, ...others].join(', ');
}
