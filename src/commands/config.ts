import path from 'node:path';
import { ExitCode } from '../base/exit-code.ts';
import { safeLine } from '../base/safe-text.ts';
import { besideText } from '../base/wrap-text.ts';
import { effectiveSettings, settingText } from '../config/effective.ts';
import { openProject } from './context.ts';
import type { Action, CommandModule } from './invocation.ts';

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description('Print every effective setting and its origin: a default, a file, a variable or a flag.')
    .option('--json', 'print JSON')
    .option('--changed', 'print only settings that are not defaults')
    .addHelpText(
      'after',
      `
Precedence, lowest first: defaults, meatymusic.config.{ts,mts,js,mjs,json,yaml,yml} (the nearest one upwards), the
environment in it that --env names, .env, .env.local, environment variables, flags. Secrets are masked. The search stops at the root of the repository, at
the home folder, and before a folder that other users can write to; --config accepts any file.

Examples:
  $ meatymusic config
  $ meatymusic config --changed
  $ meatymusic config --env staging --changed
  $ REDIS_URL=redis://cache:6379 meatymusic config --json | jq '.settings[] | select(.origin.kind == "environment")'`,
    );
  act(command, printConfig);
};

const printConfig: Action = async (invocation, options) => {
  const { config, origins, root, file, environment, search } = await openProject(invocation);
  const settings = effectiveSettings(config, origins).filter(
    ({ origin }) => !options.changed || origin.kind !== 'default',
  );
  if (options.json) {
    await invocation.stdout.write(
      `${JSON.stringify({ root, file: file ?? null, ...(environment !== undefined && { environment }), ...(search ? { search } : {}), settings }, null, 2)}\n`,
    );
    return ExitCode.ok;
  }
  const rows = settings.map((setting) => ({
    path: setting.path,
    text: safeLine(settingText(setting)),
    origin: setting.origin.text,
  }));
  const width = (key: 'path' | 'text', most: number) =>
    Math.min(most, Math.max(0, ...rows.map((row) => row[key].length)));
  const pathWidth = width('path', 40);
  const textWidth = width('text', 60);
  const columns = invocation.stdout.columns;
  const row = ({ path: at, text, origin }: (typeof rows)[number]): string[] => {
    const from = origin === 'default' ? '' : origin;
    const line = `${at.padEnd(pathWidth)}  ${text.padEnd(textWidth)}  ${from}`.trimEnd();
    if (line.length <= columns) return [line];
    return besideText(`${at.padEnd(pathWidth)}  `, [text, from].filter(Boolean).join('  '), columns);
  };
  const lines = [
    ...besideText(
      'file  ',
      file
        ? path.relative(invocation.cwd, file) || file
        : `none; searched upwards from here, and no further, because ${search?.end}`,
      columns,
    ),
    ...besideText('root  ', root, columns),
    ...(environment === undefined ? [] : besideText('env   ', environment, columns)),
    '',
    ...rows.flatMap(row),
  ];
  await invocation.stdout.write(`${lines.join('\n')}\n`);
  return ExitCode.ok;
};
