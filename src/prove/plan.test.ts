import { describe, expect, it } from 'vitest';
import type { Check } from '../check/define-check.ts';
import type { CheckResult } from '../check/result.ts';
import type { Sabotage } from '../check/sabotage.ts';
import { type Case, forEachWithConcurrency, groupsOf } from './plan.ts';

const check = (id: string, effects: Check['effects'] = 'none') => ({ id, effects }) as Check;
const caseOf = (of: Check, sabotage: Partial<Sabotage> & { kind: string }, healthyMs = 1): Case => ({
  check: of,
  healthy: { durationMs: healthyMs } as CheckResult,
  sabotage: { name: 'n', code: 'c', ...sabotage } as Sabotage,
  breaksStack: sabotage.kind !== 'logs',
});
const ids = (groups: readonly Case[][]) => groups.map((group) => group.map((each) => each.check.id));

const [health, ready, logs] = [check('api/health'), check('api/ready'), check('logs/plain')];
const stopApi = { kind: 'stop', service: 'api' } as const;

describe('the order of a proof', () => {
  it('breaks the stack once for all checks that declare the same way, by whatever name', () => {
    const cases = [
      caseOf(health, stopApi),
      caseOf(ready, { ...stopApi, name: 'other', code: 'd', options: { waitMs: 1 } }),
      caseOf(ready, { ...stopApi, service: 'database' }),
    ];
    expect(ids(groupsOf(cases).alone)).toEqual([['api/health', 'api/ready'], ['api/ready']]);
  });

  it('never looks twice at one broken stack with the same check', () => {
    const cases = [caseOf(health, stopApi), caseOf(health, { ...stopApi, name: 'again', code: 'other' })];
    expect(ids(groupsOf(cases).alone)).toEqual([['api/health'], ['api/health']]);
  });

  it('leaves a check that takes services away alone', () => {
    const degrades = check('cache/degrades', 'disruptive');
    const cases = [caseOf(degrades, stopApi), caseOf(health, stopApi), caseOf(degrades, stopApi)];
    expect(ids(groupsOf(cases).alone)).toEqual([['cache/degrades'], ['api/health'], ['cache/degrades']]);
  });

  it('keeps what only the checker sees together, by check, the slow ones first', () => {
    const cases = [
      caseOf(logs, { kind: 'logs', name: 'a' }),
      caseOf(health, { kind: 'logs' }, 50),
      caseOf(logs, { kind: 'logs', name: 'b' }),
    ];
    expect(groupsOf(cases).alone).toEqual([]);
    expect(ids(groupsOf(cases).together)).toEqual([['api/health'], ['logs/plain', 'logs/plain']]);
  });

  it('works on so many at a time, and starts nothing after the abort', async () => {
    const abort = new AbortController();
    const started: number[] = [];
    const releases: (() => void)[] = [];
    const all = forEachWithConcurrency([1, 2, 3, 4], 2, abort.signal, (item) => {
      started.push(item);
      return new Promise((resolve) => releases.push(resolve));
    });
    expect(started).toEqual([1, 2]);
    releases.shift()?.();
    await Promise.resolve().then(() => {});
    expect(started).toEqual([1, 2, 3]);
    abort.abort();
    for (const release of releases) release();
    await all;
    expect(started).toEqual([1, 2, 3]);
  });
});
