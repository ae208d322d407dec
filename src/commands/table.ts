import type { CommandModule } from './invocation.ts';

export interface TableEntry {
  summary: string;
  load(): Promise<CommandModule>;
}

/** Every command, in the order of the help. Only the one that is called gets loaded. */
export const commandTable: Readonly<Record<string, TableEntry>> = {
  up: { summary: 'start the stack, migrate it and verify it', load: () => import('./up/up.ts') },
  down: { summary: 'stop what `up` started', load: () => import('./down.ts') },
  status: {
    summary: 'show which services run, where, and whether they are healthy',
    load: () => import('./status.ts'),
  },
  logs: {
    summary: 'show the logs of the services; `logs check` judges a log file',
    load: () => import('./logs/logs.ts'),
  },
  verify: { summary: 'run the checks against a running stack', load: () => import('./verify/verify.ts') },
  diff: { summary: 'compare two saved results', load: () => import('./diff/diff.ts') },
  serve: {
    summary: 'verify repeatedly and serve the latest verdict over HTTP',
    load: () => import('./serve/serve.ts'),
  },
  report: {
    summary: 'render saved results, and merge the shards of a run',
    load: () => import('./report.ts'),
  },
  migrate: { summary: 'apply, roll back and inspect migrations', load: () => import('./migrate/migrate.ts') },
  checks: {
    summary: 'list, explain, prove and create checks; find flaky and slow ones',
    load: () => import('./checks/checks.ts'),
  },
  config: {
    summary: 'print every effective setting and where it comes from',
    load: () => import('./config.ts'),
  },
  init: { summary: 'write a commented configuration file', load: () => import('./init/init.ts') },
  doctor: {
    summary: 'check the environment and suggest fixes',
    load: () => import('./doctor/doctor.ts'),
  },
  completion: {
    summary: 'print the completion script for bash, zsh or fish',
    load: () => import('./completion/completion.ts'),
  },
};
