import type { Evidence } from '../check/evidence.ts';
import { attempt, fact } from '../check/exchange.ts';
import type { Json } from '../check/json.ts';
import { parseJson } from '../check/json-path.ts';
import type { PostgresProbe, RedisProbe } from '../check/probes.ts';
import type { StackInfo } from '../check/stack.ts';

/** What contradicts an API that reports itself ready. */
export interface UnreadyServices {
  problem?: string;
  /** What was not examined, as the end of a summary. */
  note: string;
  evidence: Evidence[];
}

/** Codes of failures that prove that the service itself is away. Refused credentials or an unknown name prove nothing. */
const awayCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'CLOSED',
  'NOT_RUNNING',
  '57P01',
  '57P03',
  'LOADING',
  'MASTERDOWN',
  'CLUSTERDOWN',
]);

/** Words by which a body names a service as failing or the API as degraded. */
const failing =
  /\b(?:down|degraded|unavailable|unhealthy|unreachable|disconnected|not[ _-]?(?:ready|connected|ok|available)|fail(?:ed|ing|ure|s)?|error|err|outage|offline|warn(?:ing)?|critical|dead|ko|timeout|timed[ _-]?out)\b/i;

/** Asks the database and the cache of the stack, where it has them, after a body that reports readiness. */
export async function findUnreadyServices(
  { postgres, redis }: { postgres: PostgresProbe; redis: RedisProbe },
  { runtime, services: { database, cache } }: StackInfo,
  body: string,
): Promise<UnreadyServices> {
  const evidence: Evidence[] = [];
  const problems: string[] = [];
  const unknown: string[] = [];
  const judge = (service: string, host: string, failure: { code: string; message: string } | undefined) => {
    if (!failure) return;
    evidence.push(fact(service, failure.message));
    if (isAway(failure.code, host, runtime))
      problems.push(`the ${service} does not answer: ${failure.message}`);
    else unknown.push(service);
  };
  if (database.enabled) {
    const { failure } = await attempt(postgres.query({ sql: 'select 1' }));
    judge('database', database.host, failure);
  }
  // An API may serve without its cache, if its readiness names that.
  if (cache.enabled && problems.length === 0) {
    const { failure } = await attempt(redis.command({ name: 'PING' }));
    if (!failure || !namesFailure(parseJson(body) ?? body)) judge('cache', cache.host, failure);
  }
  const note = unknown.length > 0 ? `; not compared with the ${unknown.join(' and the ')}` : '';
  return { ...(problems[0] ? { problem: problems[0] } : {}), note, evidence };
}

/** True for a value that is or holds such a word, or `false`; the names of fields count for nothing. */
function namesFailure(value: Json): boolean {
  if (typeof value === 'string') return failing.test(value);
  if (typeof value !== 'object' || value === null) return value === false;
  return Object.values(value).some(namesFailure);
}

function isAway(code: string, host: string, runtime: string): boolean {
  if (awayCodes.has(code)) return true;
  // The embedded database serves one session at a time; another host may answer to the API alone.
  return code === 'TIMEOUT' && runtime !== 'embedded' && /^(?:localhost|127\.|\[?::1)/.test(host);
}
