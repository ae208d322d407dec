import { withConnection } from './connection.ts';
import { migrateDown } from './down.ts';
import type { MigrateOptions } from './locked-state.ts';
import { readMigrationFiles } from './migration-file.ts';
import { countObjects, diffSchemas, formatDifferences } from './schema-diff.ts';
import { readLineFormat, readSchemaLines } from './schema-lines.ts';
import { openScratch } from './scratch.ts';
import { migrateUp } from './up.ts';

export interface VerifyStep {
  what: string;
  /** `null` if it could not be judged. */
  ok: boolean | null;
  /** Lines of a diff: `-` expected, `+` found. */
  differences: string[];
  /** Reason for which it could not be judged, and what would make it possible. */
  skipped?: string;
}

export interface VerifyOutcome {
  scratch: string;
  migrations: number;
  objects: number;
  steps: VerifyStep[];
  ok: boolean;
}

/**
 * Verifies the migrations on a scratch database: up works on an empty database, down leaves nothing, a second up results
 * in the same schema, and the target database has that schema. Rejects with the Fault of a failed migration. With
 * `target` false it uses only the scratch database.
 */
export async function verifyMigrations(
  options: MigrateOptions & { scratchUrl?: string | undefined; target: boolean },
): Promise<VerifyOutcome> {
  const { folder, schema = 'public', signal, onEvent } = options;
  const files = readMigrationFiles(folder);
  const scratch = await openScratch(options.scratchUrl, signal);
  try {
    const there: MigrateOptions = {
      url: scratch.url,
      folder,
      schema,
      signal,
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    };
    const steps: VerifyStep[] = [];
    const compare = (what: string, expected: readonly string[], found: readonly string[]) => {
      const differences = formatDifferences(diffSchemas(expected, found));
      steps.push({ what, ok: differences.length === 0, differences });
    };
    const notify = (message: string) => onEvent?.({ type: 'notice', message });
    const empty = await linesOf(scratch.url, signal);
    notify(`up from nothing, on ${scratch.what}`);
    await migrateUp(there);
    const first = await linesOf(scratch.url, signal);
    steps.push({ what: 'up from nothing works', ok: true, differences: [] });
    notify('down to nothing');
    await migrateDown(there, { steps: files.length });
    compare('down to nothing leaves nothing', empty, await linesOf(scratch.url, signal));
    notify('up again');
    await migrateUp(there);
    compare('up again gives the same schema', first, await linesOf(scratch.url, signal));
    if (options.target) {
      notify('the target database');
      const what = 'the database has that schema';
      const [ours, theirs] = [await formatOf(scratch.url, signal), await formatOf(options.url, signal)];
      if (ours === theirs) {
        compare(what, comparable(first), comparable(await linesOf(options.url, signal)));
      } else {
        const skipped = `the scratch database is in ${ours}, the database in ${theirs}, and versions print definitions differently: --scratch <url of a server of the same version>`;
        steps.push({ what, ok: null, differences: [], skipped });
      }
    }
    return {
      scratch: scratch.what,
      migrations: files.length,
      objects: countObjects(first),
      steps,
      ok: steps.every(({ ok }) => ok !== false),
    };
  } finally {
    await scratch.remove();
  }
}

function linesOf(url: string, signal: AbortSignal | undefined): Promise<string[]> {
  return withConnection({ url, signal }, readSchemaLines);
}

function formatOf(url: string, signal: AbortSignal | undefined): Promise<string> {
  return withConnection({ url, signal }, readLineFormat);
}

/** Returns the lines without what belongs to the administrator of a server: owners, roles, settings, versions of extensions. */
function comparable(lines: readonly string[]): string[] {
  return lines
    .filter(
      (line) => !/^(owner of|role|member|setting|extension "?(pg_stat_statements|plpgsql))\b/.test(line),
    )
    .filter((line) => !/^(grant|revoke) .* on (this database|schema public) /.test(line))
    .map((line) => line.replace(/^(extension (?:"[^"]*"|\S+)) version \S+/, '$1'));
}
