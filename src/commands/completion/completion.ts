import { ExitCode } from '../../base/exit-code.ts';
import type { CommandModule } from '../invocation.ts';
import { completionScripts, type Shell } from './scripts.ts';
import { complete } from './words.ts';

const installs: Record<Shell, string> = {
  bash: 'eval "$(meatymusic completion bash)"            # in ~/.bashrc',
  zsh: 'eval "$(meatymusic completion zsh)"             # in ~/.zshrc, after compinit',
  fish: 'meatymusic completion fish | source             # in ~/.config/fish/config.fish',
};

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description(
      'Print the completion script for a shell: commands, flags, their values, and the IDs of checks.',
    )
    .addHelpText('after', `\nExamples:\n  ${Object.values(installs).join('\n  ')}`);
  for (const [shell, script] of Object.entries(completionScripts)) {
    const child = command
      .command(shell)
      .summary(`print the completion script for ${shell}`)
      .description(`Print the completion script for ${shell}.`);
    child.addHelpText('after', `\nInstall:\n  ${installs[shell as Shell]}`);
    act(child, async ({ stdout }) => {
      await stdout.write(script);
      return ExitCode.ok;
    });
  }
  const words = command.command('words', { hidden: true }).argument('[words...]').allowUnknownOption();
  act(words, async (invocation, _options, typed) => {
    const candidates = await complete(typed, invocation);
    await invocation.stdout.write(candidates.map((candidate) => `${candidate}\n`).join(''));
    return ExitCode.ok;
  });
};
