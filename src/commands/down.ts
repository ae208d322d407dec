import { down } from '../api.ts';
import { ExitCode } from '../base/exit-code.ts';
import { safeLine } from '../base/safe-text.ts';
import type { Action, CommandModule } from './invocation.ts';
import { openStackProject } from './stack-project.ts';
import { lineFor, styleFor } from './style.ts';
import { withSpinner } from './with-spinner.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description('Stop everything that `meatymusic up` started, including what a killed command left behind.')
    .option('--volumes', 'also remove the data')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic down
  $ meatymusic down --volumes     the next \`up\` starts with an empty database`,
    );
  act(command, stop);
};

const stop: Action = async (invocation, { volumes = false, json = false }) => {
  const project = await openStackProject(invocation);
  const { stderr, signal } = invocation;
  const stopped = await withSpinner(invocation, 'stopping the stack', (say) =>
    down(project, {
      volumes: volumes === true,
      signal,
      onEvent(event) {
        if (event.type === 'service') say(`${event.service} ${event.state}`);
        if (event.type !== 'notice' || invocation.quiet) return;
        const note = lineFor(stderr, `note: ${safeLine(event.message)}`, styleFor(stderr).warn);
        void stderr.write(note);
      },
    }),
  );
  if (json) {
    const document = { stopped, volumesRemoved: volumes };
    await invocation.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else if (!invocation.quiet) {
    const what = stopped.length > 0 ? `stopped ${stopped.join(', ')}` : 'nothing was running';
    await stderr.write(lineFor(stderr, `${what}${volumes ? '; the data was removed' : ''}`));
  }
  return ExitCode.ok;
};
