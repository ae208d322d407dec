import type { MigrationsProbe } from '../check/probes.ts';
import { type MigrateOptions, migrationState } from './scene.ts';

/** What checks may ask of the migrator: both answers leave the database as it is. */
export function readOnlyMigrations(
  options: Pick<MigrateOptions, 'url' | 'folder' | 'schema' | 'signal'>,
): MigrationsProbe {
  return {
    state: async () => {
      const { folder, applied, pending, edited, missing, outOfOrder } = await migrationState(options);
      return { folder, applied, pending, edited, missing, outOfOrder };
    },
    drift: async () => ({
      available: false,
      enable: 'meatymusic migrate verify',
      differences: [],
      objects: 0,
    }),
  };
}
