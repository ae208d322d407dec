import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { folderReporterNames, reporterNames, withAbsoluteReporter } from '../../reporters/index.ts';
import { readResult } from '../../session/read-result.ts';
import { openProject } from '../context.ts';
import { givenFlags } from '../given-flags.ts';
import type { Action, CommandModule, Invocation } from '../invocation.ts';
import { duration, positive, several } from '../option-values.ts';
import { openReportsOf } from './open-reports.ts';
import { runVerify } from './run.ts';
import { parseShard, type ShardOfCall, shardOfJob } from './shard.ts';
import { newWaiversOf, type WaiveFlags } from './waive-flags.ts';

interface VerifyFlags extends WaiveFlags {
  tag?: string[];
  skip?: string[];
  bail?: boolean;
  timeout?: string;
  deadline?: string;
  retryFor?: string;
  concurrency?: number;
  readOnly?: boolean;
  failOnFlaky?: boolean;
  flakyAfter?: number;
  reporter?: string[];
  json?: boolean;
  gossfile?: string[];
  checkFile?: string[];
  vars?: string[];
  evidence?: string;
  from?: string;
  against?: string;
  lastFailed?: boolean;
  changed?: string | true;
  shard?: ShardOfCall | 'auto';
}

export const configure: CommandModule['configure'] = (command, act) => {
  command
    .description('Run the checks against the stack that `up` started, or against the configured addresses.')
    .argument('[patterns...]', 'check IDs, areas or globs: api/health, database, web/*')
    .option('--tag <tag>', 'run only checks with this tag; repeatable', several)
    .option('--skip <pattern>', 'do not run these checks: IDs, areas or globs; repeatable', several)
    .option('--bail', 'stop at the first failure')
    .option('--timeout <duration>', 'maximum time for one attempt of a check (5s)', duration)
    .option('--deadline <duration>', 'maximum time for the whole run (2m)', duration)
    .option('--retry-for <duration>', 'retry a failing check for this long (0s)', duration)
    .option(
      '--concurrency <number>',
      'maximum number of checks that run at the same time (4 to 16, by processors)',
      count,
    )
    .option('--read-only', 'skip checks that could write; the probes refuse every write')
    .option('--fail-on-flaky', 'fail if a passing check is flaky')
    .option(
      '--flaky-after <number>',
      'with --fail-on-flaky: only checks that were flaky at least this often, this run included (1)',
      positive,
    )
    .option(
      '--reporter <name[=file]>',
      `format of the report, and a file to write it to; repeatable (pretty): ${[...reporterNames, ...folderReporterNames].join(', ')}, or your own: ./mine.ts`,
      several,
    )
    .option('--evidence <folder>', 'save everything that the checks observe to this folder')
    .option('--from <folder>', 'judge saved evidence again, without a stack')
    .option('--against <result>', 'fail only on failures that this saved result (JSON) does not have')
    .option('--last-failed', 'run only checks that did not pass in the last run')
    .option('--changed [commit]', 'run only checks affected by changes since this commit (HEAD)')
    .option(
      '--shard <i/n>',
      'run only the i-th of n parts of the checks; auto: the part of this CI job',
      parseShard,
    )
    .option('--waive-failures', 'waive every failure of this run in meatymusic.waivers.yaml')
    .option('--until <date>', 'last day of the new waivers: a date, or a duration from now (2w)')
    .option('--reason <text>', 'why these failures are accepted')
    .option('--owner <name>', 'who removes the new waivers (default: the current user)')
    .option('--json', 'same as --reporter json')
    .addOption(
      new Option(
        '--watch',
        'after each change, run the checks that it affects; keys: a all, f failed, p pattern, q quit',
      ).conflicts(['from', 'shard', 'lastFailed', 'json']),
    )
    .option('--check-file <file>', 'run the declared checks of this YAML file; repeatable', several)
    .option('--gossfile <file>', 'run the tests of this gossfile; repeatable', several)
    .option('--vars <file>', 'file with variables for declared checks and gossfiles; repeatable', several)
    .addHelpText(
      'after',
      `
In a glob, \`*\` matches within one part of an ID and \`**\` matches across parts: \`web/*\`, \`**/trace*\`. Selecting a check
also selects the checks that it runs after, unless --skip excludes them.
A waived failure, and what only that failure blocks, does not fail the run until the waiver ends. A run in which no check
passes is never a success. Waivers are defined in the configuration (waivers) or in meatymusic.waivers.yaml, with check,
reason, owner and until; service and code are optional.
Exit codes: 0 all required checks passed, 1 a check failed, 2 invalid usage, nothing selected or all skipped, 69 no stack, 70 a
check broke, 73 a report or evidence could not be written, 78 configuration error, 124 deadline passed.

Examples:
  $ meatymusic verify
  $ meatymusic verify database 'api/*' --retry-for 30s
  $ meatymusic verify --tag contract --reporter junit=report.xml
  $ meatymusic verify --waive-failures --until 2w --reason 'ticket 12'
  $ meatymusic verify --against main.json
  $ meatymusic verify --changed=origin/main
  $ meatymusic verify --json | jq .summary`,
    );
  act(command, (invocation, options, patterns) =>
    options.watch ? watchVerify(invocation, command, patterns) : verify(invocation, options, patterns),
  );
};

/** Runs this call again and again, each time in a process of its own. */
const watchVerify = async (invocation: Invocation, command: Command, patterns: string[]) => {
  const { assertTerminal, watch } = await import('../watch/watch.ts');
  assertTerminal(invocation);
  const { reporter, checkFile = [], gossfile = [], vars = [] } = command.opts<VerifyFlags>();
  const verifyWith = (ids: readonly string[]) => ['verify', ...givenFlags(command, ['watch']), '--', ...ids];
  return watch(invocation, {
    all: verifyWith(patterns),
    some: verifyWith,
    files: [...checkFile, ...gossfile, ...vars].map((file) => path.resolve(invocation.cwd, file)),
    hasReporters: reporter !== undefined,
  });
};

const verify: Action = async (invocation, options, patterns) => {
  const flags = options as VerifyFlags;
  const own = (flags.reporter ?? []).map((text) => withAbsoluteReporter(text, invocation.cwd));
  const reporters = [...own, ...(flags.json ? ['json'] : [])];
  const project = await openProject(invocation, [
    { path: 'verify.tags', value: flags.tag, flag: '--tag' },
    { path: 'verify.skip', value: flags.skip, flag: '--skip' },
    { path: 'verify.bail', value: flags.bail, flag: '--bail' },
    { path: 'verify.timeout', value: flags.timeout, flag: '--timeout' },
    { path: 'verify.deadline', value: flags.deadline, flag: '--deadline' },
    { path: 'verify.retryFor', value: flags.retryFor, flag: '--retry-for' },
    { path: 'verify.concurrency', value: flags.concurrency, flag: '--concurrency' },
    { path: 'verify.readOnly', value: flags.readOnly, flag: '--read-only' },
    { path: 'verify.failOnFlaky', value: flags.failOnFlaky, flag: '--fail-on-flaky' },
    { path: 'verify.flakyAfter', value: flags.flakyAfter, flag: '--flaky-after' },
    { path: 'verify.reporters', value: reporters.length > 0 ? reporters : undefined, flag: '--reporter' },
  ]);
  const inCwd = (files: string[] = []) => files.map((file) => path.resolve(invocation.cwd, file));
  const waiveFailures = newWaiversOf(flags);
  const reports = await openReportsOf(project, invocation.signal);
  return runVerify(invocation, project, reports, {
    patterns,
    shard: flags.shard === 'auto' ? shardOfJob(invocation.env) : flags.shard,
    waiveFailures,
    against:
      flags.against === undefined
        ? undefined
        : {
            result: readResult(path.resolve(invocation.cwd, flags.against), invocation.cwd),
            name: flags.against,
          },
    changedSince: flags.changed === true ? 'HEAD' : flags.changed,
    onlyLastFailed: flags.lastFailed ?? false,
    evidence: flags.evidence && path.resolve(invocation.cwd, flags.evidence),
    from: flags.from && path.resolve(invocation.cwd, flags.from),
    sources: {
      files: inCwd(flags.checkFile),
      gossfiles: inCwd(flags.gossfile),
      varsFiles: inCwd(flags.vars),
    },
  });
};

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 256) throw new InvalidArgumentError('Write 1 to 256.');
  return value;
}
