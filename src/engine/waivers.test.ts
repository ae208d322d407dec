import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../check/result.ts';
import { makeCheck } from '../testing/make-check.ts';
import { acceptByWaivers, findUnused, type ProjectWaiver } from './waivers.ts';

const now = Date.parse('2026-06-01T12:00:00Z');
const waiverOf = (given: Partial<ProjectWaiver>): ProjectWaiver => ({
  check: 'api/health',
  reason: 'ticket 12',
  owner: 'ana',
  until: '2026-12-24',
  where: 'meatymusic.waivers.yaml:1',
  endsAt: now + 1,
  ...given,
});
const checks = [
  makeCheck({ id: 'api/health', judges: 'api' }),
  { ...makeCheck({ id: 'api/health@payments', judges: 'api' }), service: 'payments' },
  makeCheck({ id: 'api/ready' }),
];
const resultOf = (id: string, status: CheckResult['status'], code?: string) =>
  ({ id, status, level: 'required', ...(code && { code }) }) as CheckResult;
const failed = (id: string, code = 'wrong') => resultOf(id, 'fail', code);
const accept = (...waivers: Partial<ProjectWaiver>[]) => acceptByWaivers(waivers.map(waiverOf), checks, now);

describe('waivers', () => {
  it.each<[string, Partial<ProjectWaiver>, string, boolean]>([
    ['an id', {}, 'api/health', true],
    ['an id, not another service', {}, 'api/health@payments', false],
    ['an area', { check: 'api' }, 'api/ready', true],
    ['a glob', { check: 'api/h*' }, 'api/health@payments', true],
    ['a service', { service: 'payments' }, 'api/health@payments', true],
    ['a service, not another', { service: 'payments' }, 'api/health', false],
    ['the service by its role', { service: 'api' }, 'api/health', true],
    ['a code', { code: 'wrong' }, 'api/health', true],
    ['a code, not another', { code: 'timeout' }, 'api/health', false],
  ])('match by %s', (_what, waiver, id, isAccepted) => {
    expect(accept(waiver).find(failed(id)) !== undefined).toBe(isAccepted);
  });

  it('accept nothing from their end on, and are named at the failure', () => {
    expect(accept({ endsAt: now }).find(failed('api/health'))).toEqual({
      endedWaiver: { reason: 'ticket 12', owner: 'ana', until: '2026-12-24' },
    });
    const found = accept({ endsAt: now, owner: 'ben' }, {}).find(failed('api/health'));
    expect(found).toMatchObject({ waiver: { owner: 'ana' } });
  });

  it.each<[string, Partial<ProjectWaiver>, CheckResult[], string | undefined]>([
    ['no check matches', { check: 'shop/*' }, [], 'no check matches it'],
    ['the check passes', {}, [resultOf('api/health', 'pass')], 'the check passes again'],
    [
      'the check passes after the end',
      { endsAt: 0 },
      [resultOf('api/health', 'pass')],
      'it has ended, and the check passes again',
    ],
    [
      'the check fails with another code',
      { code: 'timeout' },
      [failed('api/health')],
      'api/health fails with wrong, and not timeout',
    ],
    ['the check did not run', {}, [], undefined],
    ['the check was skipped', {}, [resultOf('api/health', 'skip')], undefined],
    ['not all that it covers was judged', { check: 'api' }, [resultOf('api/health', 'pass')], undefined],
    [
      'all that it covers passes',
      { check: 'api' },
      checks.map(({ id }) => resultOf(id, 'pass')),
      'each of the 3 checks passes again',
    ],
  ])('are reported where %s', (_what, waiver, results, why) => {
    const acceptance = accept(waiver);
    for (const result of results) if (result.status === 'fail') acceptance.find(result);
    const unused = findUnused(acceptance.findUnneeded(), results);
    expect(unused.map((each) => each.why)).toEqual(why === undefined ? [] : [why]);
    for (const each of unused) expect(each).not.toHaveProperty('endsAt');
  });
});

describe('an unused waiver', () => {
  const unusedOf = (waiver: Partial<ProjectWaiver>, results: CheckResult[] = []) =>
    findUnused(accept(waiver).findUnneeded(), results);
  const whyOf = (waiver: Partial<ProjectWaiver>, ...results: CheckResult[]) =>
    unusedOf(waiver, results).map(({ why }) => why);

  it.each<[string, Partial<ProjectWaiver>, CheckResult[], string[]]>([
    ['the check passes', {}, [resultOf('api/health', 'pass')], ['the check passes again']],
    [
      'each check passes',
      { check: 'api' },
      ['api/health', 'api/health@payments', 'api/ready'].map((id) => resultOf(id, 'pass')),
      ['each of the 3 checks passes again'],
    ],
    ['one of them did not run', { check: 'api' }, [resultOf('api/health', 'pass')], []],
    ['the check was skipped', {}, [resultOf('api/health', 'skip')], []],
    ['no check matches it', { check: 'web' }, [], ['no check matches it']],
    [
      'the code is another',
      { code: 'timeout' },
      [failed('api/health')],
      ['api/health fails with wrong, and not timeout'],
    ],
    [
      'the failure has its code',
      { code: 'wrong' },
      [failed('api/health')],
      ['another waiver accepts the failure'],
    ],
    [
      'another waiver accepts the failure',
      {},
      [resultOf('api/health', 'waived', 'wrong')],
      ['another waiver accepts the failure'],
    ],
    [
      'it was blocked by a waived failure',
      {},
      [{ ...resultOf('api/health', 'waived'), blockedBy: ['a/root'] }],
      [],
    ],
    [
      'it has ended',
      { endsAt: now },
      [resultOf('api/health', 'pass')],
      ['it has ended, and the check passes again'],
    ],
  ])('is reported with its reason: %s', (_what, waiver, results, why) => {
    expect(whyOf(waiver, ...results)).toEqual(why);
  });

  it('is none that accepted a failure, and keeps its service and code', () => {
    const used = accept({});
    used.find(failed('api/health'));
    expect(findUnused(used.findUnneeded(), [failed('api/health')])).toEqual([]);
    const [unused] = unusedOf({ service: 'payments', code: 'wrong', check: 'web' });
    expect(unused).toMatchObject({ service: 'payments', code: 'wrong', where: 'meatymusic.waivers.yaml:1' });
    const [plain] = unusedOf({ check: 'web' });
    expect(Object.keys(plain ?? {}).sort()).toEqual(['check', 'owner', 'reason', 'until', 'where', 'why']);
  });
});
