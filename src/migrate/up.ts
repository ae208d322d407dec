import { safeLine } from '../base/safe-text.ts';
import type { Ran } from './apply.ts';
import type { Connection } from './connection.ts';
import { refuseForeignHistory } from './foreign-history.ts';
import { findInvalidIndexes } from './invalid-indexes.ts';
import { refuseBrokenLockFile } from './lock-file.ts';
import { type MigrateOptions, withLockedState } from './locked-state.ts';
import { type Reach, reachUp } from './reach.ts';
import { refuseBrokenHistory } from './state.ts';

export interface MigrateOutcome {
  folder: string;
  ran: Ran[];
  /** Newest applied migration after the run. */
  head: string | undefined;
}

/** Applies the pending migrations in `reach` (default: all). Idempotent. Rejects if the lock file cannot be read. */
export async function migrateUp(options: MigrateOptions, reach: Reach = {}): Promise<MigrateOutcome> {
  refuseBrokenLockFile(options.folder);
  return withLockedState(options, async (locked) => {
    const { connection, folder, schema, files, state } = locked;
    await refuseForeignHistory(
      connection,
      schema,
      files.map(({ name }) => name),
    );
    refuseBrokenHistory(state);
    const wanted = reachUp(files, state, reach);
    const unverified = state.migrations.filter((each) => each.unverified).map(({ name }) => name);
    if (wanted.length === 0 && unverified.length === 0) {
      await reportInvalidIndexes(connection, options);
      return { folder, ran: [], head: state.applied.at(-1) };
    }
    const { applyPending } = await import('./apply-pending.ts');
    const ran = await applyPending(locked, { wanted, unverified }, options.onEvent);
    await reportInvalidIndexes(connection, options);
    if (unverified.length > 0) {
      options.onEvent?.({
        type: 'notice',
        message: `applied by another Kysely tool, their checksums are recorded from now on: ${unverified.join(', ')}`,
      });
    }
    return { folder, ran, head: ran.at(-1)?.name ?? state.applied.at(-1) };
  });
}

async function reportInvalidIndexes(connection: Connection, { onEvent }: MigrateOptions): Promise<void> {
  for (const { what, repair } of await findInvalidIndexes(connection))
    onEvent?.({
      type: 'notice',
      message: safeLine(`${what} is not valid, and queries do not use it: ${repair}`),
    });
}
