import { Fault } from '../base/errors.ts';
import type { CommandModule } from './invocation.ts';

export const absent: CommandModule = {
  configure(command, act) {
    command.allowExcessArguments().allowUnknownOption();
    act(command, async () => {
      throw new Fault({ code: 'absent', message: `${command.name()} is not in this build` });
    });
  },
};
