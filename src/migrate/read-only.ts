import { Fault } from '../base/errors.ts';
import type { MigrationsProbe } from '../check/probes.ts';
import { withConnection } from './connection.ts';
import { driftOn } from './drift.ts';
import { compareLockFile } from './lock-file.ts';
import type { MigrateOptions } from './locked-state.ts';
import { describeOtherTools, migratedByAnotherTool, refuseOtherTools } from './other-tools.ts';
import { otherToolsOf, readMigrationState } from './read-state.ts';
import { noMigrations } from './source.ts';

/** Returns the migrator of a stack without migrations: every call rejects with the reason and the tool that migrates the database. */
export function absentMigrations(
  target: Pick<MigrateOptions, 'url' | 'signal'>,
  reason: string,
): MigrationsProbe {
  const refuse = async () => {
    throw await whyAbsent(target, reason);
  };
  return { state: refuse, drift: refuse, secondRun: refuse };
}

/** Resolves to the tool that migrates the database as the reason, else to the given reason. */
export async function whyAbsent(
  target: Pick<MigrateOptions, 'url' | 'signal'>,
  reason: string,
): Promise<Fault> {
  const others = await otherToolsOf({ ...target, timeoutMs: 3000, silenceMs: 3000 }).catch(
    (error: unknown) => {
      if (target.signal?.aborted || !(error instanceof Fault)) throw error;
      return [];
    },
  );
  return others.length > 0 ? migratedByAnotherTool(others) : noMigrations(reason);
}

/** Returns the read-only operations for checks. */
export function readOnlyMigrations(
  options: Pick<MigrateOptions, 'url' | 'folder' | 'schema' | 'signal' | 'pidFile'>,
): MigrationsProbe {
  return {
    async state() {
      const loaded = await readMigrationState(options);
      refuseOtherTools(loaded);
      const { files, state, otherTools } = loaded;
      const { folder, applied, pending, edited, missing, outOfOrder } = state;
      const lockFileDifferences = compareLockFile(folder, files);
      return {
        folder,
        applied,
        pending,
        edited,
        missing,
        outOfOrder,
        ...(lockFileDifferences ? { lockFileDifferences } : {}),
        ...(otherTools.length > 0 ? { alsoBy: describeOtherTools(otherTools) } : {}),
      };
    },
    drift: () => readDrift(options),
    async secondRun() {
      const { secondRun } = await import('./second-run.ts');
      return secondRun(options);
    },
  };
}

async function readDrift({
  url,
  schema,
  signal,
}: Pick<MigrateOptions, 'url' | 'schema' | 'signal'>): ReturnType<MigrationsProbe['drift']> {
  return withConnection({ url, signal }, (connection) => driftOn(connection, schema));
}
