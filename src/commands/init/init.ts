import { existsSync } from 'node:fs';
import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { makeFolderSync, replaceFileSync } from '../../base/write-file.ts';
import { configFileNames } from '../../config/find.ts';
import type { Action, CommandModule } from '../invocation.ts';
import { lineFor } from '../style.ts';
import { commentedConfig } from './config.ts';
import { workflow } from './workflow.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description(
      'Write meatymusic.config.ts: the settings that people change, commented out, each with its default and what it is for. ' +
        'An existing file is not touched.',
    )
    .option('--full', 'every setting that there is')
    .option('--ci', 'also write .github/workflows/meatymusic.yml')
    .option('--force', 'overwrite what exists')
    .option('--json', 'machine-readable')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic init
  $ meatymusic init --full --ci
  $ meatymusic config                     # what is in force then, and where it comes from`,
    );
  act(command, init);
};

const init: Action = async (invocation, { full, ci, force, json }) => {
  const { cwd } = invocation;
  const config = path.join(cwd, 'meatymusic.config.ts');
  const ciFile = path.join(cwd, '.github/workflows/meatymusic.yml');
  const others = configFileNames.map((name) => path.join(cwd, name)).filter((file) => file !== config);
  refuseExisting(
    cwd,
    others,
    'two configurations in one folder would be an error; remove it, or edit it instead',
  );
  if (!force) refuseExisting(cwd, ci ? [config, ciFile] : [config], 'meatymusic init --force overwrites it');
  replaceFileSync(config, commentedConfig(Boolean(full)));
  const written = [config];
  if (ci) {
    makeFolderSync(path.dirname(ciFile));
    replaceFileSync(ciFile, workflow);
    written.push(ciFile);
  }
  const names = written.map((file) => path.relative(cwd, file));
  await invocation.stdout.write(json ? `${JSON.stringify({ written: names })}\n` : `${names.join('\n')}\n`);
  if (!invocation.quiet && !json) {
    await invocation.stderr.write(
      lineFor(invocation.stderr, 'edit it, then: meatymusic config; meatymusic doctor; meatymusic up'),
    );
  }
  return ExitCode.ok;
};

function refuseExisting(cwd: string, files: readonly string[], hint: string): void {
  const existing = files.filter((file) => existsSync(file)).map((file) => path.relative(cwd, file));
  if (existing.length === 0) return;
  throw new Fault({
    code: 'exists',
    message: `${existing.join(' and ')} ${existing.length > 1 ? 'exist' : 'exists'} already`,
    hint,
    exitCode: ExitCode.usage,
  });
}
