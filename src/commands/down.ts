import { ExitCode } from '../base/exit-code.ts';
import { runtimesToStop } from '../runtimes/choose.ts';
import { openProject } from './context.ts';
import type { Action, CommandModule } from './invocation.ts';
import { removeRecord } from './sabotage/record.ts';
import { createProgress } from './up-progress.ts';

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
  const progress = createProgress(invocation.stderr, invocation.quiet || json === true);
  const stopped: string[] = [];
  try {
    const { signal } = invocation;
    for (const runtime of runtimes) {
      const options = { volumes: volumes === true, signal, onEvent: progress.onEvent };
      stopped.push(...(await runtime.down(options)));
    }
    // What was broken of the data is gone with it.
    if (volumes === true) removeRecord(project.root);
  } finally {
    await progress.end();
  }
  if (json) {
    const document = { stopped, volumesRemoved: volumes };
    await invocation.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else if (!invocation.quiet) {
    const what = stopped.length > 0 ? `stopped ${stopped.join(', ')}` : 'nothing was running';
    await invocation.stderr.write(`${what}${volumes ? '; the data was removed' : ''}\n`);
  }
  return ExitCode.ok;
};
