import type { MigrationsProbe } from '../check/probes.ts';
import type { Project } from '../config/project.ts';
import { addressOf } from '../probes/address.ts';
import type { InterruptibleMigrations, MigrationsAccess, ProbeEndpoints } from '../probes/context.ts';
import type { Runtime } from '../runners/runtime.ts';
import { migratorPidFile } from '../runners/state.ts';
import { findMigrationsOf, migrationCommandOf } from './migrations-of.ts';

/** The migrator is loaded when a check asks for it. */
export function migrationsOf(
  project: Project,
  runtime: Runtime,
  endpoints: ProbeEndpoints,
): MigrationsAccess | undefined {
  const { enabled, schema } = project.config.migrations;
  if (!enabled) return undefined;
  const pidFile = migratorPidFile(project.root, runtime.name);
  const url = () => {
    const address = addressOf({ endpoints }, 'database');
    return project.config.migrations.url ?? address;
  };
  const inFolder = async (folder: string) =>
    (await import('../migrate/index.ts')).readOnlyMigrations({ url: url(), schema, pidFile, folder });
  const ofStack = async (signal?: AbortSignal) => {
    const { absentMigrations, commandMigrations } = await import('../migrate/index.ts');
    const source = await findMigrationsOf(project, runtime);
    if (source.folder !== undefined) return inFolder(source.folder);
    if (source.command === undefined) return absentMigrations({ url: url(), signal }, source);
    const by = migrationCommandOf(project, endpoints, { command: source.command, url: url() });
    const mayRun = runtime.name !== 'external';
    return commandMigrations({ url: url(), pidFile, by, mayRun })(signal);
  };
  return { ...lazily(ofStack), inFolder: (folder) => lazily(() => inFolder(folder)) };
}

function lazily(make: (signal?: AbortSignal) => Promise<MigrationsProbe>): InterruptibleMigrations {
  return {
    state: async (signal) => (await make(signal)).state(),
    drift: async (signal) => (await make(signal)).drift(),
    secondRun: async (signal) => (await make(signal)).secondRun(),
  };
}
