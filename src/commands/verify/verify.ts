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
    .description('Run the checks against the stack that `up` started, else against the configured addresses.')
    .argument('[patterns...]', 'ids, areas or globs: api/health, database, web/*')
    .option('--tag <tag>', 'only checks with one of these tags; may be given several times', several)
    .option(
      '--skip <pattern>',
      'leave these checks out: ids, areas or globs; may be given several times',
      several,
    )
    .option('--bail', 'end the run at the first failure')
    .option('--timeout <duration>', 'longest time of one attempt of a check (5s)', duration)
    .option('--deadline <duration>', 'longest time of the whole run (2m)', duration)
    .option('--retry-for <duration>', 'try a failing check again for this long (0s)', duration)
    .option('--concurrency <number>', 'checks at the same time (by processors, 4 to 16)', count)
    .option('--read-only', 'only checks that could write nothing; the probes refuse every write')
    .option('--fail-on-flaky', 'fail if a check that passes is flaky')
    .option('--flaky-after <number>', 'only from this many times on record on (1)', positive)
    .option(
      '--reporter <name[=file]>',
      `how to report, and where to; may be given several times (pretty): ${[...reporterNames, ...folderReporterNames].join(', ')}, or a file: ./mine.ts`,
      several,
    )
    .option('--evidence <folder>', 'save everything the checks observe to this folder')
    .option('--from <folder>', 'judge the evidence in this folder again, without touching a stack')
    .option('--against <result>', 'fail on new failures only: not on those of this saved result (JSON)')
    .option('--last-failed', 'only what did not pass in the last run')
    .option('--changed [commit]', 'only what a change since this commit concerns (HEAD)')
    .option(
      '--shard <i/n>',
      'only the i-th of n parts of the checks; auto: the part of this job of a CI system',
      parseShard,
    )
    .option('--waive-failures', 'waive each failure: write it to meatymusic.waivers.yaml')
    .option('--until <date>', 'end of these waivers: a date, or a time from now (2w)')
    .option('--reason <text>', 'why these failures are accepted')
    .option('--owner <name>', 'who removes these waivers (the user)')
    .option('--json', 'the same as --reporter json')
    .addOption(
      new Option(
        '--watch',
        'run again what a change touches; keys: a all, f failed, p pattern, q quit',
      ).conflicts(['from', 'shard', 'lastFailed', 'json']),
    )
    .option('--check-file <file>', 'run the declared checks of these YAML files', several)
    .option('--gossfile <file>', 'run the tests of these gossfiles', several)
    .option('--vars <file>', 'variables for declared checks and gossfiles', several)
    .addHelpText(
      'after',
      `
In a glob, \`*\` stays within a part of an id, and \`**\` does not: \`web/*\`, \`**/trace*\`. A check that is chosen brings
those that it runs after, unless --skip names them.
A waived failure, and what it alone blocks, does not fail the run until the waiver ends; a run without a passing check is no success.
Waivers are in the configuration (waivers) or in meatymusic.waivers.yaml: check, reason, owner, until; service and code are optional.
Exit codes: 0 all required checks passed, 1 a check failed, 2 usage, nothing selected or all skipped, 69 no stack, 70 a check broke,
73 a report or evidence could not be written, 78 configuration, 124 deadline.

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
