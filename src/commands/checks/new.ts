import { existsSync } from 'node:fs';
import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { packageRoot } from '../../base/package-root.ts';
import { createFilesSync } from '../../base/write-file.ts';
import type { Project } from '../../config/project.ts';
import { openProject } from '../context.ts';
import type { Action, CommandModule } from '../invocation.ts';
import { checkTemplate, type TemplateProbe, templateProbes, testTemplate } from './new-templates.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .summary('create a check and its test')
    .description(
      'Create a check and a test that shows it pass, and fail with each of its codes. No file is overwritten.',
    )
    .argument('<area/name>', 'ID of the check, which is also its path')
    .addOption(
      command
        .createOption('--probe <name>', 'probe that the check observes with')
        .choices([...templateProbes])
        .default('http'),
    )
    .option(
      '--folder <folder>',
      'folder to write to (default: the first of `checks` in the configuration, or ./checks)',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ meatymusic checks new billing/invoices-add-up --probe postgres
  $ meatymusic checks new search/answers && meatymusic verify search/answers`,
    );
  act(command, create);
};

const create: Action = async (invocation, options, [id = '']) => {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\/[a-z0-9]+(-[a-z0-9]+)*)+$/.test(id)) {
    throw new Fault({
      code: 'bad-id',
      message: `"${id}" is no id of a check`,
      hint: 'write <area>/<name> in kebab-case: meatymusic checks new billing/invoices-add-up',
      exitCode: ExitCode.usage,
    });
  }
  const project = await openProject(invocation);
  const folder = folderFor(project, options.folder as string | undefined, invocation.cwd);
  const checkFile = path.join(folder, `${id}.ts`);
  const testFile = path.join(folder, `${id}.test.ts`);
  const existing = [checkFile, testFile].filter((file) => existsSync(file));
  if (existing.length > 0) {
    throw new Fault({
      code: 'exists',
      message: `${existing.map((file) => path.relative(invocation.cwd, file)).join(' and ')} ${existing.length > 1 ? 'exist' : 'exists'} already`,
      hint: 'choose another name, or remove it first',
      exitCode: ExitCode.usage,
    });
  }
  const probe = options.probe as TemplateProbe;
  const isOurs = folder === path.join(packageRoot, 'checks');
  const toCheck = (name: string) =>
    isOurs ? `${'../'.repeat(id.split('/').length)}src/check/${name}.ts` : undefined;
  createFilesSync({
    [checkFile]: checkTemplate({ id, probe, from: toCheck('index') ?? 'meatymusic' }),
    [testFile]: testTemplate({ id, probe, from: toCheck('tester') ?? 'meatymusic/testing' }),
  });
  const files = [checkFile, testFile].map((file) => path.relative(invocation.cwd, file));
  const relative = `./${path.relative(project.root, folder)}`;
  const isKnown = isOurs || [project.config.checks].flat().some((each) => same(project.root, each, folder));
  if (options.json) {
    await invocation.stdout.write(`${JSON.stringify({ id, files, configured: isKnown }, null, 2)}\n`);
    return ExitCode.ok;
  }
  await invocation.stdout.write(`${files.join('\n')}\n`);
  const next = [
    isKnown ? '' : `name the folder in meatymusic.config.*: checks: '${relative}'`,
    'write down what it verifies and why, then:',
    hasVitest(folder) ? '' : '  npm install --save-dev vitest   # runs its test',
    `  npx vitest run ${files[1]}`,
    `  meatymusic verify ${id}`,
  ];
  if (!invocation.quiet) await invocation.stderr.write(`${next.filter(Boolean).join('\n')}\n`);
  return ExitCode.ok;
};

function folderFor({ root, config }: Project, given: string | undefined, cwd: string): string {
  if (given) return path.resolve(cwd, given);
  const [configured] = [config.checks].flat();
  return path.resolve(root, configured ?? 'checks');
}

function same(root: string, folder: string, other: string): boolean {
  return path.resolve(root, folder) === other;
}

/** As Node.js would look for it, from the folder upwards. */
function hasVitest(folder: string): boolean {
  const above = path.dirname(folder);
  if (existsSync(path.join(folder, 'node_modules', 'vitest', 'package.json'))) return true;
  return above !== folder && hasVitest(above);
}
