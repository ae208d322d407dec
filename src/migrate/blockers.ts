import { formatDuration } from '../base/duration.ts';
import { settled } from '../base/postgres-link.ts';
import { safeLine } from '../base/safe-text.ts';
import { type Connection, connect } from './connection.ts';

export interface BlockerWatch {
  /** Sessions for which a statement waited at the last look. */
  last(): string | undefined;
  /** Resolves to the sessions for which the statement waits now; `undefined` if it does not wait. */
  look(): Promise<string | undefined>;
  stop(): void;
}

/** A batch that takes longer is looked at. */
const firstLookMs = 1000;
const nextLookMs = 1000;
const longestLookMs = 2000;

/**
 * Watches a backend from a second connection and reports the sessions whose locks it waits for, once for each change.
 * Opens that connection only if the batch takes long. A failure of the watch itself is ignored: the migration decides.
 */
export function watchBlockers({
  url,
  pid,
  onBlocked,
}: {
  url: string;
  pid: number;
  onBlocked: (by: string) => void;
}): BlockerWatch {
  let isStopped = false;
  let current: string | undefined;
  let second: Connection | undefined;
  const leave = () => {
    second?.destroy();
    second = undefined;
  };
  const ask = async () => {
    second ??= await connect({ url, timeoutMs: longestLookMs });
    if (isStopped) return leave();
    const blockers = await second.query<Blocker>(blockersQuery, [pid]);
    const found = blockers.length > 0 ? blockers.map(describeBlocker).join('; and ') : undefined;
    const who = (text: string | undefined) => text?.replace(/ for [^:]*/g, '');
    if (found && who(found) !== who(current) && !isStopped) onBlocked(found);
    current = found;
  };
  // A pool without a free connection accepts this one and answers nothing.
  const look = async () => {
    let isAnswered = false;
    const asking = ask().then(
      () => {
        isAnswered = true;
      },
      () => {},
    );
    await settled(asking, longestLookMs);
    if (!isAnswered) leave();
  };
  const schedule = (ms: number) =>
    setTimeout(async () => {
      await look();
      if (!isStopped) timer = schedule(nextLookMs);
    }, ms).unref();
  let timer = schedule(firstLookMs);
  return {
    last: () => current,
    async look() {
      await look();
      return current;
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
      leave();
    },
  };
}

interface Blocker {
  pid: number;
  user: string | null;
  application: string | null;
  state: string | null;
  seconds: number | null;
  query: string | null;
}

const blockersQuery = `
  select b.pid, a.usename::text as user, a.application_name as application, a.state, a.query,
         extract(epoch from clock_timestamp() - coalesce(a.xact_start, a.backend_start))::float8 as seconds
    from (select distinct unnest(pg_blocking_pids($1)) as pid) b left join pg_stat_activity a on a.pid = b.pid
   order by b.pid`;

/** Returns `pid 4242 (user app, application "psql", idle in transaction for 3 s): update songs set …`. */
function describeBlocker({ pid, user, application, state, seconds, query }: Blocker): string {
  // Also for a transaction that was prepared for two-phase commit.
  if (pid === 0) return 'a prepared transaction (select * from pg_prepared_xacts)';
  const facts = [
    `user ${user ?? 'unknown'}`,
    ...(application ? [`application "${safeLine(application, 80)}"`] : []),
    ...(state ? [`${state}${seconds === null ? '' : ` for ${formatDuration(seconds * 1000)}`}`] : []),
  ];
  return `pid ${pid} (${facts.join(', ')})${query ? `: ${safeLine(query, 200)}` : ''}`;
}
