import { ExitCode } from '../base/exit-code.ts';
import { safeLine } from '../base/safe-text.ts';
import { runtimesToStop } from '../runners/choose.ts';
import type { RuntimeEvent } from '../runners/runtime.ts';
import { forgetChanges } from '../session/repair.ts';
import { repairStack } from '../session/repair-stack.ts';
import { openProject } from './context.ts';
import type { Action, CommandModule } from './invocation.ts';
import { lineFor, styleFor } from './style.ts';
import { withSpinner } from './with-spinner.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description('Stop what `meatymusic up` started, also what a killed call left behind.')
    .option('--volumes', 'remove the data as well')
    .option('--json', 'machine-readable')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic down
  $ meatymusic down --volumes     the next \`up\` starts with an empty database`,
    );
  act(command, down);
};

const down: Action = async (invocation, { volumes = false, json = false }) => {
  const project = await openProject(invocation);
  const runtimes = await runtimesToStop(project);
  const { stderr, signal } = invocation;
  const stopped = await withSpinner(invocation, 'stopping the stack', async (say) => {
    const note = (text: string) => {
      if (!invocation.quiet)
        void stderr.write(lineFor(stderr, `note: ${safeLine(text)}`, styleFor(stderr).warn));
    };
    const onEvent = (event: RuntimeEvent) => {
      if (event.type === 'notice') note(event.message);
      else if (event.type === 'service') say(`${event.service} ${event.state}`);
    };
    const each = [];
    for (const runtime of runtimes) {
      // Data that stays is repaired while its database runs.
      const repaired = volumes ? [] : await repairStack(project, runtime, { onlyData: true });
      for (const text of repaired) note(text);
      each.push(...(await runtime.down({ volumes: volumes === true, signal, onEvent })));
      const forgotten = forgetChanges(project.root, runtime.name, { volumes: volumes === true });
      for (const text of forgotten) note(text);
    }
    return each;
  });
  if (json) {
    const document = { stopped, volumesRemoved: volumes };
    await invocation.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else if (!invocation.quiet) {
    const what = stopped.length > 0 ? `stopped ${stopped.join(', ')}` : 'nothing was running';
    await stderr.write(lineFor(stderr, `${what}${volumes ? '; the data was removed' : ''}`));
  }
  return ExitCode.ok;
};
