import { existsSync } from 'node:fs';
import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { safeLine } from '../../base/safe-text.ts';
import { makeFolderSync, replaceFileSync } from '../../base/write-file.ts';
import { configFileNames } from '../../config/find.ts';
import type { Action, CommandModule, Invocation } from '../invocation.ts';
import { lineFor } from '../style.ts';
import { withAnswers } from './answers-now.ts';
import { commentedConfig } from './config.ts';
import { type DetectedProject, detectProject } from './detect/index.ts';
import { detectedConfig } from './detected-config.ts';
import { pipelineOf } from './pipeline.ts';
import { canAsk, completeByAnswers } from './questions.ts';

const configName = 'meatymusic.config.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description(
      'Detect services and migrations from compose files, packages, Python projects and a Procfile, and write meatymusic.config.ts with ' +
        'the reason for each guess. If nothing is found, or with --full, the file lists every setting, commented out. ' +
        'It probes the detected ports on 127.0.0.1, but runs no command of the project and does not touch an existing ' +
        'file. On a terminal, it asks for what it cannot detect.',
    )
    .option('--full', 'write every setting with its default')
    .option('--yes', 'do not ask any questions (the default without a terminal)')
    .option(
      '--ci',
      'also write the CI pipeline: .github/workflows/meatymusic.yml, or .gitlab/meatymusic.yml if there is a .gitlab-ci.yml',
    )
    .option('--force', 'overwrite existing files')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic init
  $ meatymusic init --ci                  works with an existing configuration, too
  $ meatymusic init --full
  $ meatymusic config                     # print the resulting settings and where they come from`,
    );
  act(command, init);
};

const init: Action = async (invocation, { full, yes, ci, force, json }) => {
  const { cwd } = invocation;
  const found = detectProject(cwd, invocation.env);
  const files = new Map<string, string>();
  let detected = found;
  const nextSteps: string[] = [];
  const existing = configFileNames.filter((name) => existsSync(path.join(cwd, name)));
  if (!ci || existing.length === 0) {
    const others = existing.filter((name) => name !== configName);
    refuse(others, 'two configurations in one folder would be an error; remove it, or edit it instead');
    if (!force) refuse(existing, 'meatymusic init --force overwrites it');
    if (!full) {
      const asks = !yes && !json && canAsk(invocation);
      const complete = asks ? await completeByAnswers(invocation, found) : found;
      detected = { ...complete, services: await withAnswers(complete.services) };
    }
    files.set(
      configName,
      full || detected.services.size === 0 ? commentedConfig(Boolean(full)) : detectedConfig(detected),
    );
  }
  if (files.size > 0) nextSteps.push('meatymusic config; meatymusic doctor; meatymusic up');
  if (ci) {
    const { file, text, next } = pipelineOf(cwd, detected.packageManager);
    if (!force && existsSync(path.join(cwd, file))) refuse([file], 'meatymusic init --force overwrites it');
    files.set(file, text);
    nextSteps.push(next);
  }
  for (const [name, text] of files) {
    makeFolderSync(path.dirname(path.join(cwd, name)));
    replaceFileSync(path.join(cwd, name), text);
  }
  const services = [...detected.services].map(([name, { kind, why, answers }]) => ({
    name,
    kind,
    why,
    ...(answers ? { answers } : {}),
  }));
  const written = [...files.keys()];
  if (json) {
    const { migrations, candidates, open } = detected;
    await invocation.stdout.write(
      `${JSON.stringify({ written, services, ...(migrations ? { migrations } : {}), candidates, open })}\n`,
    );
    return ExitCode.ok;
  }
  await invocation.stdout.write(`${written.join('\n')}\n`);
  if (!invocation.quiet) {
    await explain(invocation, files.has(configName) && !full ? detected : undefined);
    for (const next of nextSteps)
      await invocation.stderr.write(lineFor(invocation.stderr, `review the file, then: ${next}`));
  }
  return ExitCode.ok;
};

/** Prints what was found and why, one line each. */
async function explain({ stderr }: Invocation, detected: DetectedProject | undefined): Promise<void> {
  const { services = new Map(), migrations, candidates = [], open = [] } = detected ?? {};
  const width = Math.max(0, ...[...services.keys()].map((name) => name.length));
  for (const [name, { kind, why, answers }] of services) {
    const reason = safeLine(answers ? `${why}; answers now: ${answers}` : why, 300);
    await stderr.write(lineFor(stderr, `  ${name.padEnd(width)}  ${kind.padEnd(8)}  ${reason}`));
  }
  if (migrations)
    await stderr.write(
      lineFor(stderr, `  migrations: ${migrations.tool}, ${safeLine(migrations.command, 200)}`),
    );
  for (const { command, doubt } of candidates) {
    const text = `not certain, so a comment: ${command} (${doubt})`;
    await stderr.write(lineFor(stderr, `  migrations: ${safeLine(text, 300)}`));
  }
  for (const each of open) await stderr.write(lineFor(stderr, `  not decided: ${safeLine(each, 300)}`));
}

function refuse(existing: readonly string[], hint: string): void {
  if (existing.length === 0) return;
  throw new Fault({
    code: 'exists',
    message: `${existing.join(' and ')} ${existing.length > 1 ? 'exist' : 'exists'} already`,
    hint,
    exitCode: ExitCode.usage,
  });
}
