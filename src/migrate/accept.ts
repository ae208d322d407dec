import { Fault } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { toolVersion } from '../base/version.ts';
import { inTransaction } from './database.ts';
import { removedChecksum } from './history.ts';
import { recordAccepted } from './history-record.ts';
import { createHistoryTables } from './history-tables.ts';
import { type MigrateOptions, withLockedState } from './locked-state.ts';
import { resolveName } from './reach.ts';
import { writingHistory } from './writing-history.ts';

export interface Accepted {
  name: string;
  what: 'edited' | 'missing' | 'out-of-order';
}

/** Records that an edit, a removal or a position in the order is intended, and the reason. */
export async function acceptMigration(
  options: MigrateOptions,
  { name: wanted, reason }: { name: string; reason: string },
): Promise<Accepted> {
  return withLockedState(options, async ({ connection, schema, files, history, state }) => {
    const name = resolveName(
      wanted,
      state.migrations.map((each) => each.name),
    );
    const what = state.migrations.find((each) => each.name === name)!.state;
    if (what !== 'edited' && what !== 'missing' && what !== 'out-of-order') {
      throw new Fault({
        code: 'nothing-to-accept',
        message: `${name} is ${what}: there is nothing to accept`,
        hint: 'meatymusic migrate status',
        exitCode: ExitCode.usage,
      });
    }
    await inTransaction(connection, async () => {
      await writingHistory(() => createHistoryTables(connection, schema));
      await recordAccepted(connection, schema, {
        name,
        checksum: files.find((file) => file.name === name)?.checksum ?? removedChecksum,
        reason,
        timestamp: history.applied.find((entry) => entry.name === name)?.timestamp,
        toolVersion,
      });
    });
    return { name, what };
  });
}
