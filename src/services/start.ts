import { described, integer, mapOf, strictMap, v } from '../base/schema.ts';
import { duration, group, name, setting, unset, urlPath } from './setting.ts';

/** How a service is started: by compose, by a command, or within meatymusic. Absent: as `runtime` says. */
export type Start = v.InferOutput<typeof startSchema>;
export type CommandStart = Extract<Start, { command: string }>;
export type Ready = NonNullable<CommandStart['ready']>;

/** The keys of `start` of which exactly one is given. */
export const startWays = ['compose', 'command', 'embedded'] as const;

export const stopSignals = [
  'SIGTERM',
  'SIGINT',
  'SIGQUIT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGKILL',
] as const;

const timeout = duration('1m', 'Maximum time until the process is ready');

const ready = unset(
  v.union([
    strictMap({ http: described(urlPath, 'Path that must answer with a status below 400'), timeout }),
    strictMap({ port: described(integer(1, 65_535), 'Port that must accept connections'), timeout }),
    strictMap({ log: described(name, 'Regular expression of a line that the process prints'), timeout }),
    strictMap({ command: described(name, 'Command that exits with 0'), timeout }),
  ]),
  'When the process is ready: one of { http }, { port }, { log }, { command }; unset: by the kind of the service',
);

const byCommand = strictMap({
  command: described(name, 'Command line that starts it; {port} is its port'),
  cwd: setting(v.string(), '.', "Folder in which it runs, relative to the project's"),
  env: setting(
    mapOf(v.string()),
    {},
    'Environment variables; ${services.api.url} is the address of a service',
  ),
  envFile: unset(
    v.union([v.string(), v.array(v.string())]),
    'Files of variables; unset: .env and .env.local of its folder',
  ),
  ready,
  restart: setting(v.picklist(['no', 'on-failure']), 'no', 'Whether it is restarted after a failure'),
  stop: group(
    {
      signal: setting(v.picklist(stopSignals), 'SIGTERM', 'Signal that asks it to stop'),
      grace: duration('10s', 'How long it may take to stop before it is killed'),
    },
    'How it is stopped',
  ),
});

const startSchema = v.union([
  strictMap({ compose: described(name, 'Name of the service in the compose file') }),
  byCommand,
  strictMap({ embedded: described(v.literal(true), 'Within meatymusic, as in the embedded runtime') }),
]);

export const start = unset(
  startSchema,
  'How it is started: { compose }, { command } or { embedded: true }; unset: decided by `runtime`',
);
