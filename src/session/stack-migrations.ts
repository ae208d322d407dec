import type { MigrationsProbe } from '../check/probes.ts';
import type { Project } from '../config/project.ts';
import { addressOf } from '../probes/address.ts';
import type { MigrationsAccess, ProbeEndpoints } from '../probes/context.ts';
import type { Runtime } from '../runners/runtime.ts';
import { migratorPidFile } from '../runners/state.ts';
import { findMigrationsOf } from './migrations-of.ts';

/** The migrator is loaded when a check asks for it. */
export function migrationsOf(
  project: Project,
  runtime: Runtime,
  endpoints: ProbeEndpoints,
): MigrationsAccess | undefined {
  const { enabled, schema } = project.config.migrations;
  if (!enabled) return undefined;
  const pidFile = migratorPidFile(project.root, runtime.name);
  const url = () => addressOf({ endpoints }, 'database');
  const inFolder = async (folder: string) =>
    (await import('../migrate/index.ts')).readOnlyMigrations({ url: url(), schema, pidFile, folder });
  const ofStack = async () => {
    const { absentMigrations } = await import('../migrate/index.ts');
    const source = await findMigrationsOf(project, runtime);
    return source.folder === undefined
      ? absentMigrations({ url: url() }, source.reason)
      : inFolder(source.folder);
  };
  return { ...lazily(ofStack), inFolder: (folder) => lazily(() => inFolder(folder)) };
}

function lazily(made: () => Promise<MigrationsProbe>): MigrationsProbe {
  return {
    state: async () => (await made()).state(),
    drift: async () => (await made()).drift(),
    secondRun: async () => (await made()).secondRun(),
  };
}
