import { formatDuration } from '../../base/duration.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { tryLock } from '../../base/pid-lock.ts';
import { safeLine } from '../../base/safe-text.ts';
import { toolVersion } from '../../base/version.ts';
import type { Proof } from '../../prove/proof.ts';
import { prove } from '../../prove/run.ts';
import { findRuntime } from '../../runners/choose.ts';
import { checksAtOnce } from '../../session/checks-at-once.ts';
import { chooseRun } from '../../session/choose-run.ts';
import { provedBy, proveLock } from '../../session/prove-lock.ts';
import { repairStack } from '../../session/repair-stack.ts';
import { describeStack } from '../../session/stack.ts';
import { openProject } from '../context.ts';
import type { Action, CommandModule } from '../invocation.ts';
import { lineFor } from '../style.ts';
import { withSpinner } from '../with-spinner.ts';
import { summaryOf, textOf } from './prove-lines.ts';

/** `checks prove`: registered by `checks.ts` as a sub-command. */
export const configure: CommandModule['configure'] = (command, act) => {
  command
    .summary('break the stack on purpose; every check must notice')
    .description(
      'Prove that every check can fail: break the stack in each way that the check declares, then restore it.',
    )
    .argument('[patterns...]', 'check IDs, areas or globs (default: all)')
    .option('--strict', 'count a skipped check as not proven')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Runs only on a stack that \`meatymusic up\` started (embedded or compose): it stops services, alters tables and forges responses.
A check is proven if it passes, fails with the declared code while the stack is broken, and passes again
afterwards. It is skipped, with a reason, if it does not pass on this stack to begin with. Everything is restored: on
Ctrl-C too, and after a SIGKILL by the next \`checks prove\`, \`up\`, \`verify\`, \`status\` or \`down\`.
Exit codes: 0 at least one check is proven, and none is refuted or lacks a sabotage; 1 otherwise; 69 no stack of meatymusic
runs; 75 another \`checks prove\` runs.

Examples:
  $ meatymusic checks prove
  $ meatymusic checks prove cache 'api/*' --json
  $ meatymusic checks prove --strict`,
    );
  act(command, proveChecks);
};

const proveChecks: Action = async (invocation, { json, strict }, patterns) => {
  const { stdout, stderr, signal } = invocation;
  const project = await openProject(invocation);
  const { config, root } = project;
  const { runtime } = await findRuntime(project);
  if (runtime.name === 'external') throw externalStack();
  const { plan, options } = await chooseRun(project, { patterns }, { signal });
  const selected = plan.checks.filter(({ id }) => plan.selected?.has(id) ?? true);

  const lock = tryLock(proveLock(root), 'meatymusic checks prove');
  if (!lock.acquired) throw provedBy(lock.holder);
  const startedAt = performance.now();
  let done = 0;
  let printed: Promise<void> = Promise.resolve();
  const print = (proof: Proof) => {
    done++;
    if (json) return;
    printed = printed.then(() => stdout.write(textOf(proof, stdout)));
    printed.catch(() => {});
  };
  let proofs: Proof[];
  try {
    for (const note of await repairStack(project, runtime)) {
      await stderr.write(lineFor(stderr, `note: ${safeLine(note, 1000)}`));
    }
    const underTest = await describeStack(project, runtime, 'meatymusic checks prove');
    proofs = await withSpinner(invocation, 'proving', (say) =>
      prove(selected, {
        underTest,
        options,
        timeoutMs: config.verify.timeout,
        // Most checks of a broken stack wait for what does not come: that takes no processor.
        concurrency: config.verify.concurrency ?? 2 * checksAtOnce({}, { runtime: runtime.name }),
        toolVersion,
        redact: project.redact,
        signal,
        onStep: (what) => say(`${done}/${selected.length}  ${what}`),
        onProof: print,
      }),
    );
  } finally {
    lock.release();
  }
  await printed;
  const ok = isGood(proofs, { strict: strict === true });
  const durationMs = performance.now() - startedAt;
  if (json) {
    const document = { schemaVersion: 1, ok, runtime: runtime.name, durationMs, checks: proofs };
    await stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else {
    const summary = summaryOf(proofs, selected.length);
    const end = `${summary} in ${formatDuration(durationMs)} · ${runtime.name} stack`;
    await stdout.write(`\n${lineFor(stdout, end)}`);
    const wrong = proofs.find(({ status }) => status === 'refuted' || status === 'unproven');
    if (wrong) await stdout.write(lineFor(stdout, `hint: meatymusic checks explain ${wrong.id}`));
  }
  return ok && proofs.length === selected.length ? ExitCode.ok : ExitCode.checkFailed;
};

/** Nothing shown to be wrong, and not for want of anything shown. */
function isGood(proofs: readonly Proof[], { strict }: { strict: boolean }): boolean {
  const good = (status: Proof['status']) => status === 'proven' || (status === 'skipped' && !strict);
  return proofs.every(({ status }) => good(status)) && proofs.some(({ status }) => status === 'proven');
}

function externalStack(): Fault {
  return new Fault({
    code: 'external-stack',
    message: 'checks are proven only on a stack that meatymusic started: the proof breaks it',
    hint: 'meatymusic up --runtime embedded',
    exitCode: ExitCode.unavailable,
  });
}
