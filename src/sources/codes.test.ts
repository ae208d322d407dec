/** What every failure code of every built-in check has. */
import { expect, test } from 'vitest';
import type { CheckDefinition } from '../check/define-check.ts';
import { builtInChecks } from './built-in-checks.ts';

const checks: [id: string, check: CheckDefinition][] = [];
for (const [name, load] of Object.entries(await builtInChecks()).sort()) {
  const { default: check } = (await load()) as { default?: CheckDefinition };
  if (check) checks.push([name.replace(/\.ts$/, ''), check]);
}

test.each(checks)('%s has a headline of its own for each code', (_id, { codes, failureTitle }) => {
  const headlines = Object.values(codes).map(({ headline }) => headline ?? failureTitle);
  expect([...new Set(headlines)]).toEqual(headlines);
});

/** Codes that every suite gives to an endpoint, by the check whose sabotages prove them; the judgement is shared. */
const provenElsewhere: { code: string; by: string; areas: readonly string[] }[] = [];
const share = (by: string, areas: readonly string[], codes: readonly string[]) => {
  for (const code of codes) provenElsewhere.push({ code, by, areas });
};
const endpoints = ['auth', 'cors', 'errors', 'ratelimit', 'seed', 'tenancy', 'api'];
share('api/health', endpoints, [
  'unreachable',
  'timeout',
  'unreadable',
  'no-endpoint',
  'needs-a-token',
  'rate-limited',
]);
share('api/health', ['naming', 'observability'], ['unreachable']);
share(
  'auth/no-token',
  ['auth'],
  ['unreachable', 'timeout', 'rate-limited', 'no-endpoint', 'redirected', 'not-judged', 'wrong-status'],
);
share('cors/allowed-origin', ['cors'], ['not-judged', 'no-endpoint']);
share('errors/not-found', ['errors'], ['not-an-envelope', 'no-trace-id', 'internals-shown']);
share('cache/ping', ['cache'], ['unreachable']);
share('database/connects', ['database', 'naming'], ['query-failed']);
share('web/home', ['web', 'browser'], ['unreachable']);

/** Why a code has no sabotage, for every check that has the code, or for one: `<id> <code>`. */
const reasons: Record<string, string> = {
  'no-database': 'needs an address with the number of a database that the server does not have',
  'not-removed': 'the value has to be written and read back first; a unit test shows it',
  'other-trace-id': 'the proxy cannot know the trace ID of the answer that it changes; a unit test shows it',
  'not-loaded': 'needs a browser that cannot load the page; shown on real pages',
  'line-without-trace':
    'the filter of the log changes all lines alike; the truth table of traced services shows it',
  'api/ready lies': 'needs a stopped database and a changed answer at once; a unit test shows it',
  'auth/valid-token token-expired': 'needs an expired token in the configuration of the project',
  'browser/calls-carry-traceparent stopped-by-cors':
    'the page and the API have to have other origins; shown on real pages',
  'browser/calls-carry-traceparent malformed-traceparent':
    'the page itself has to send it; shown on real pages',
  'database/connects read-only':
    'a database that is read-only cannot be made writable over the same setting; shown on a real server',
  'database/migrations-at-head none-found': 'needs a project without migrations',
  'database/migrations-at-head check-failed': 'needs a project that another tool migrates',
  'database/migrations-at-head timeout': 'needs a command that takes longer than the check may',
  'database/migrations-idempotent timeout': 'needs a command that takes longer than the check may',
  'database/migrations-idempotent unreachable': 'what takes the database away blocks the check',
  'database/migrations-idempotent ran-again': 'needs a migration tool that forgets; a unit test shows it',
  'database/migrations-idempotent changed': 'needs a migration that is not idempotent, applied on the stack',
  'database/migrations-idempotent failed':
    'needs a migration that fails the second time, applied on the stack',
  'database/row-level-security leaks': 'the truth table of tenancies shows it',
  'database/row-level-security not-judged': 'the truth table of tenancies shows it',
  'database/vector wrong-distance': 'needs another extension of the same name',
  'observability/database-and-cache-spans-are-children no-spans': 'spans-exported comes first and blocks it',
  'observability/database-and-cache-spans-are-children missing':
    'the truth table of traced services shows it',
  'observability/errors-keep-their-trace no-error': 'needs an API without any failing path',
  'observability/logs-carry-trace-ids plain-field': 'the truth table of traced services shows it',
  'observability/spans-exported exporter-failed': 'the truth table of traced services shows it',
  'observability/trace-propagates in-another-trace': 'the truth table of traced services shows it',
  'observability/trace-propagates wrong-service': 'the truth table of traced services shows it',
  'observability/trace-propagates other-trace-returned': 'the truth table of traced services shows it',
  'observability/unsampled-not-exported marked-sampled': 'the truth table of traced services shows it',
  'observability/w3c-traceparent random-flag-lost': 'is judged at level 2 alone',
  'observability/w3c-traceparent refused': 'the truth table of traced services shows it',
  'observability/w3c-tracestate refused': 'the truth table of traced services shows it',
  'process/runs missing': 'nothing that meatymusic started is removed behind its back',
  'process/runs not-ready': 'needs a process that starts and never becomes ready',
  'process/runs unhealthy': 'needs a container with a health check that fails',
  'process/runs restarted': 'needs a process that ends and is started again during the run',
  'ratelimit/limits too-early': 'needs a limiter that opens before its time',
  'seed/deterministic empty': 'needs an API without content',
  'tenancy/over-http not-judged': 'needs an API that hides its own rows',
  'tenancy/over-http left-behind': 'needs an API that refuses DELETE; a unit test shows it',
  'web/build too-slow': 'a build that hangs takes the whole time of the check',
  'web/build cannot-run': 'needs a build command that does not exist',
};

const byId = new Map(checks);
const hasSabotage = (id: string, code: string) =>
  byId.get(id)?.sabotage?.some((each) => each.code === code) ?? false;

function reasonFor(id: string, code: string): string | undefined {
  const [area = ''] = id.split('/');
  const shared = provenElsewhere.find((each) => each.code === code && each.areas.includes(area));
  if (shared) return `${shared.by} proves the same judgement`;
  return reasons[`${id} ${code}`] ?? reasons[code];
}

test.each(checks)('%s has a sabotage for each code, or a reason', (id, { codes }) => {
  const without = Object.keys(codes).filter((code) => !hasSabotage(id, code) && !reasonFor(id, code));
  expect(without).toEqual([]);
});

test('what proves a shared code has a sabotage of it', () => {
  const wrong = provenElsewhere.filter(({ by, code }) => !hasSabotage(by, code));
  expect(wrong).toEqual([]);
});

test('each reason is needed', () => {
  const needed = checks.flatMap(([id, { codes }]) =>
    Object.keys(codes)
      .filter((code) => !hasSabotage(id, code))
      .flatMap((code) => [code, `${id} ${code}`]),
  );
  expect(Object.keys(reasons).filter((key) => !needed.includes(key))).toEqual([]);
});
