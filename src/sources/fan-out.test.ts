import { describe, expect, it } from 'vitest';
import type { Check } from '../check/define-check.ts';
import { stackSeenBy } from '../check/instance.ts';
import { exampleStack } from '../check/stack.ts';
import type { Verdict } from '../check/verdict.ts';
import { selectChecks } from '../engine/select.ts';
import { fanOut } from './fan-out.ts';

const check = (id: string, given: Partial<Check> = {}): Check => ({
  id,
  source: `checks/${id}.ts`,
  title: id,
  failureTitle: id,
  why: 'it matters',
  needs: [],
  codes: { wrong: { means: 'it is wrong', hint: 'meatymusic logs api; compare services.api.url' } },
  run: async () => ({ status: 'skip', reason: 'no log', enable: 'set services.api.log' }) as Verdict,
  ...given,
});

const all = [
  check('api/health', { judges: 'api', uses: ['api'] }),
  check('api/ready', { judges: 'api', uses: ['api'], after: ['api/health', 'database/connects'] }),
  check('database/connects', { judges: 'postgres', uses: ['database'] }),
  check('cors/preflight', { uses: ['api', 'web'], after: ['api/health'] }),
  check('process/runs', { judges: 'process', uses: ['process'] }),
];
const standard = [
  { name: 'api', kind: 'api' },
  { name: 'database', kind: 'postgres' },
];
const payments = { name: 'payments', kind: 'api' };
const idsOf = (checks: readonly Check[]) => checks.map(({ id }) => id);

describe('fanOut', () => {
  it('adds a check for each further service of the kind, and none where there is none', () => {
    const { checks, unused } = fanOut(all, standard);
    expect(idsOf(checks)).toEqual(['api/health', 'api/ready', 'database/connects', 'cors/preflight']);
    expect(idsOf(unused)).toEqual(['process/runs']);
    expect(idsOf(fanOut(all, [...standard, payments, { name: 'worker', kind: 'process' }]).checks)).toEqual([
      'api/health',
      'api/health@payments',
      'api/ready',
      'api/ready@payments',
      'database/connects',
      'cors/preflight',
      'process/runs@worker',
    ]);
  });

  it('orders the checks of one service among themselves, and after another one that it depends on', () => {
    const afterOf = (dependsOn: string[]) =>
      fanOut(all, [...standard, { ...payments, dependsOn }]).checks.find(
        ({ id }) => id === 'api/ready@payments',
      )?.after;
    expect(afterOf([])).toEqual(['api/health@payments']);
    expect(afterOf(['database'])).toEqual(['api/health@payments', 'database/connects']);
  });

  it('stops its own service, or the one that all checks of its kind stop', () => {
    const stopping = [
      check('database/returns', { judges: 'postgres', uses: ['database'], stops: 'database' }),
      check('api/returns', { judges: 'api', uses: ['api', 'database'], stops: 'database' }),
    ];
    const { checks } = fanOut(stopping, [...standard, payments, { name: 'ledger', kind: 'postgres' }]);
    expect(checks.map(({ id, stops }) => `${id} ${stops}`)).toEqual([
      'database/returns database',
      'database/returns@ledger ledger',
      'api/returns database',
      'api/returns@payments database',
    ]);
  });

  it('is blocked by the failure of its own service alone', () => {
    const blockedBy = { 'api/health': ['wrong'], 'database/connects': ['wrong'] };
    const traces = check('traces/propagate', { judges: 'api', uses: ['api'], blockedBy });
    const blockersOf = (dependsOn: string[]) =>
      fanOut([...all, traces], [...standard, { ...payments, dependsOn }]).checks.find(
        ({ id }) => id === 'traces/propagate@payments',
      )?.blockedBy;
    expect(blockersOf([])).toEqual({ 'api/health@payments': ['wrong'] });
    expect(blockersOf(['database'])).toEqual({
      'api/health@payments': ['wrong'],
      'database/connects': ['wrong'],
    });
  });

  it('names the service in hints and in what would make a check possible', async () => {
    const found = fanOut(all, [...standard, payments]).checks.find(({ id }) => id === 'api/health@payments');
    expect(found?.uses).toEqual(['payments']);
    expect(found?.codes.wrong?.hint).toBe('meatymusic logs payments; compare services.payments.url');
    expect(await found?.run({} as never)).toMatchObject({ enable: 'set services.payments.log' });
  });

  it('breaks the database of the service, and names the checks of the service in hints', async () => {
    const sql = {
      name: 'a table is dropped',
      code: 'wrong',
      kind: 'sql',
      break: ['a'],
      restore: ['b'],
    } as const;
    const hint = 'meatymusic verify database/connects; meatymusic verify api/health';
    const tables = check('database/tables', {
      judges: 'postgres',
      uses: ['database'],
      codes: { wrong: { means: 'it is wrong', hint } },
      sabotage: [{ ...sql, break: [...sql.break], restore: [...sql.restore] }],
      run: async () => ({ status: 'fail', code: 'wrong', hint, expected: '', actual: '', evidence: [] }),
    });
    const { checks } = fanOut([...all, tables], [...standard, { name: 'orders', kind: 'postgres' }]);
    const found = checks.find(({ id }) => id === 'database/tables@orders');
    expect(found?.sabotage).toMatchObject([{ kind: 'sql', service: 'orders' }]);
    const own = 'meatymusic verify database/connects@orders; meatymusic verify api/health';
    expect(found?.codes.wrong?.hint).toBe(own);
    expect(await found?.run({} as never)).toMatchObject({ hint: own });
    const again = fanOut(
      [{ ...tables, codes: { wrong: { means: '', hint: own } } }],
      [{ name: 'orders', kind: 'postgres' }],
    );
    expect(again.checks.at(-1)?.codes.wrong?.hint).toBe(own);
  });

  it('lets the check see its service under the name by which it speaks of it', () => {
    const info = { ...exampleStack.services.api, url: 'http://localhost:8100' };
    const stack = { ...exampleStack, services: { ...exampleStack.services, payments: info } };
    expect(stackSeenBy({ judges: 'api', service: 'payments' }, stack).services.api.url).toBe(info.url);
    expect(stackSeenBy({ judges: 'api' }, stack)).toBe(stack);
  });

  it('is selected by @service, also to leave out', () => {
    const { checks } = fanOut(all, [...standard, payments]);
    const select = (patterns: string[], skip: string[] = []) =>
      idsOf(selectChecks(checks, { patterns, tags: [], skip }, { alone: true }));
    expect(select(['@payments'])).toEqual(['api/health@payments', 'api/ready@payments']);
    expect(select(['@api'])).toEqual(['api/health', 'api/ready']);
    expect(select(['api'])).toHaveLength(4);
    expect(select(['api/h*'])).toEqual(['api/health', 'api/health@payments']);
    expect(select(['api/health'])).toEqual(['api/health']);
    expect(select(['api'], ['@payments'])).toEqual(['api/health', 'api/ready']);
    expect(() => select(['@paymens'])).toThrow('no check matches "@paymens"; nearest: @payments');
  });
});
