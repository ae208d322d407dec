import type { CommandModule } from './invocation.ts';

export interface TableEntry {
  summary: string;
  load(): Promise<CommandModule>;
}

/** Every command, in the order of the help. Only the one that is called gets loaded. */
export const commandTable: Readonly<Record<string, TableEntry>> = {
  up: { summary: 'start the stack, migrate it and verify it', load: () => import('./up/up.ts') },
  down: { summary: 'stop what `up` started', load: () => import('./down.ts') },
  status: { summary: 'what runs, where, and how it is', load: () => import('./status.ts') },
  logs: {
    summary: 'the logs of the services; `logs check` judges a log',
    load: () => import('./logs/logs.ts'),
  },
  verify: { summary: 'run the checks against a running stack', load: () => import('./verify/verify.ts') },
  diff: { summary: 'compare two saved results', load: () => import('./diff/diff.ts') },
  serve: { summary: 'verify again and again, and serve the verdict', load: () => import('./serve/serve.ts') },
  migrate: { summary: 'apply, roll back and inspect migrations', load: () => import('./migrate/migrate.ts') },
  checks: {
    summary: 'list, explain, prove and create checks; flaky and slow ones',
    load: () => import('./checks/checks.ts'),
  },
  config: { summary: 'every effective setting with its origin', load: () => import('./config.ts') },
  init: { summary: 'write a commented configuration file', load: () => import('./init/init.ts') },
  doctor: {
    summary: 'what would keep `up` from working, and how to fix it',
    load: () => import('./doctor/doctor.ts'),
  },
  completion: {
    summary: 'completion for bash, zsh or fish',
    load: () => import('./completion/completion.ts'),
  },
};
