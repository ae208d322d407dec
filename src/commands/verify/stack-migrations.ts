import path from 'node:path';
import type { MigrationsProbe } from '../../check/probes.ts';
import { addressOf } from '../../probes/address.ts';
import type { MigrationsAccess, ProbeEndpoints } from '../../probes/context.ts';
import type { Runtime } from '../../runtimes/runtime.ts';
import { migratorPidFile } from '../../runtimes/state.ts';
import type { Project } from '../context.ts';

/** The migrator is loaded when a check asks for it. */
export function migrationsOf(
  { config, root }: Project,
  runtime: Runtime,
  endpoints: ProbeEndpoints,
): MigrationsAccess | undefined {
  const { enabled, folder, schema } = config.migrations;
  if (!enabled) return undefined;
  const inFolder = (wanted: string | undefined): MigrationsProbe => {
    const made = async () => {
      const { readOnlyMigrations } = await import('../../migrate/index.ts');
      return readOnlyMigrations({
        url: addressOf({ endpoints }, 'database'),
        schema,
        pidFile: migratorPidFile(root, runtime.name),
        folder: wanted,
      });
    };
    return {
      state: async () => (await made()).state(),
      drift: async () => (await made()).drift(),
      secondRun: async () => (await made()).secondRun(),
    };
  };
  return { ...inFolder(folder && path.resolve(root, folder)), inFolder };
}
