/** Inspects the tenancy of a database from its catalogue and by attempts that are rolled back. */

import type { Evidence } from '../check/evidence.ts';
import { attempt, fact } from '../check/exchange.ts';
import type { PostgresProbe } from '../check/probes.ts';
import type { Examined } from '../check/verdict.ts';
import { judgePooled, pooledSteps } from './pooled-tenant.ts';
import { type Tenancy, tenancyQuery } from './tenant-catalogue.ts';
import { findApplication, inspect, survey } from './tenant-connection.ts';
import {
  findLeakyFunctions,
  findRlsBypass,
  findUnforced,
  findUnprotected,
  otherSetting,
  settingFor,
  storedTenant,
} from './tenant-facts.ts';
import { judgeSession, type TenantFailure } from './tenant-judgement.ts';
import { findReach, nameOf, type TenancyNames } from './tenant-reach.ts';
import type { GivenValues } from './tenant-rows.ts';
import { buildSession } from './tenant-session.ts';

export type TenancyFailure =
  | TenantFailure
  | 'role-missing'
  | 'bypasses-policies'
  | 'not-enabled'
  | 'not-forced'
  | 'other-setting'
  | 'leaks'
  | 'not-judged';

export type TenancyVerdict =
  | { status: 'pass'; summary: string; examined: Examined[]; evidence: Evidence[] }
  | { status: 'fail'; code: TenancyFailure; expected: string; actual: string; evidence?: Evidence[] }
  | { status: 'skip'; reason: string; enable: string };

export interface TenancyOptions extends TenancyNames {
  setting: string;
  settingForm: string;
  values: GivenValues;
  forced: boolean;
}

/** The most severe first. */
const severity: readonly TenancyFailure[] = [
  'reads-foreign',
  'changes-foreign',
  'inserts-foreign',
  'privilege-bypasses',
  'shows-without-tenant',
  'own-rows-hidden',
  'raises-without-tenant',
  'leaks',
  'not-forced',
];

export async function inspectTenancy(
  postgres: PostgresProbe,
  uuid: string,
  runtime: string,
  options: TenancyOptions,
): Promise<TenancyVerdict> {
  const expected = 'rows are shown to and taken from the current tenant alone';
  const role = await findApplication(postgres, runtime);
  if ('failure' in role) return fail(role.code, { expected, actual: role.failure });
  const looked = await inspect(postgres, {
    sql: tenancyQuery(role.version),
    values: [role.name, role.session],
  });
  if (typeof looked === 'string') return fail('not-judged', { expected, actual: looked });
  const tenancy = looked[0]?.tenancy as unknown as Tenancy;
  const reach = findReach(tenancy, options);
  const evidence: Evidence[] = [fact('role of the application', role.name)];
  const bypass = findRlsBypass(tenancy, reach);
  if (bypass.length > 0) {
    return fail('bypasses-policies', {
      expected: 'a role under the policies',
      actual: [...role.notes, ...bypass].join('; '),
      evidence,
    });
  }
  const required = [options.users, options.preferences].filter((name) => name !== false);
  const loose = tenancy.relations.filter(
    ({ schema, name, oid }) =>
      schema === options.schema &&
      required.includes(name) &&
      !reach.subjects.some(({ relation }) => relation.oid === oid),
  );
  if (reach.subjects.length === 0 || loose.length > 0) {
    const where = loose.map(nameOf).join(', ') || 'no table';
    return skip(
      `${where} has ${loose.length > 0 ? 'no column' : 'a column'} that names a tenant (${options.tenantColumn})`,
      'name it: options.database/row-level-security.tenantColumn and .tenants',
    );
  }
  const named = reach.subjects.filter(({ relation }) => required.includes(relation.name));
  evidence.push(
    ...named.map(({ relation }) =>
      fact(`policies of ${nameOf(relation)}`, relation.policies.join('; ') || 'none'),
    ),
  );
  const open = findUnprotected(tenancy, reach, required);
  if (open.length > 0) {
    const actual = `not so for ${open.join(', ')}, which ${role.name} may use`;
    return fail('not-enabled', { expected: 'row-level security with a policy', actual, evidence });
  }

  const roles = tenancy.roles.map(({ name }) => name);
  const { canBecome, tenants } = await survey(postgres, reach, roles, uuid);
  if (!tenants) {
    return skip('no two tenants exist, and none can be made', 'insert two tenants, and verify again');
  }
  const inspects = canBecome.has(role.name);
  const notes = tenancy.roles.filter(({ name }) => !canBecome.has(name)).map(({ name }) => name);
  const settingOf = (tenant: string) => settingFor(options.settingForm, tenant);
  const isPlain = options.settingForm === '{tenant}';
  const judgedAs = inspects
    ? tenancy.roles.filter(({ name }) => canBecome.has(name))
    : tenancy.roles.slice(0, 1);
  const session = buildSession(
    {
      tenancy: { ...tenancy, roles: judgedAs },
      subjects: reach.subjects,
      values: options.values,
      tenants,
      createsIn: new Map(tenancy.roles.map(({ name, createsIn }) => [name, createsIn])),
    },
    reach,
    {
      setting: options.setting,
      values: { a: settingOf(tenants.a), b: settingOf(tenants.b), empty: isPlain ? '' : '{}' },
      inspectorSeesAll: inspects && tenancy.inspectorSeesAll,
      canBecome: inspects,
      tag: uuid.replaceAll('-', ''),
    },
    options.trusted,
  );
  const ran = await attempt(postgres.session({ steps: session.steps, as: inspects ? 'owner' : role.as }));
  if (ran.failure) return fail('not-judged', { expected, actual: ran.failure.message, evidence });
  const judgement = judgeSession(session, ran.value, !isPlain);
  const readable = reach.subjects
    .filter(
      ({ relation, owner }) =>
        owner.privileges[role.name]?.includes('s') && relation.privileges[role.name]?.includes('u'),
    )
    .map(({ relation: { schema, name }, owner }) => ({ schema, name, owner: owner.name }));
  const pooled = await attempt(
    postgres.session({ steps: pooledSteps(options.setting, readable, settingOf(tenants.a)), as: role.as }),
  );
  if (pooled.failure) return fail('not-judged', { expected, actual: pooled.failure.message, evidence });

  const problems: { code: TenancyFailure; text: string; target?: string; evidence?: Evidence }[] = [
    ...judgement.problems,
  ];
  for (const name of findLeakyFunctions(tenancy)) {
    problems.push({
      code: 'reads-foreign',
      text: `function ${name}: LEAKPROOF, it gets rows before the policies and passes them on`,
    });
  }
  const stored = storedTenant(tenancy, options.setting);
  if (stored) problems.push({ code: 'leaks', text: stored });
  const leak = judgePooled(pooled.value);
  if (leak && (isPlain || leak.code !== 'raises-without-tenant')) problems.push(leak);
  const unforced = options.forced ? findUnforced(tenancy, reach) : [];
  if (unforced.length > 0) {
    problems.push({
      code: 'not-forced',
      text: `policies are not FORCEd on the owner of ${unforced.join(', ')}`,
    });
  }
  const unjudged = [
    ...reach.notes,
    ...judgement.notes,
    ...(inspects ? notes.map((name) => `as ${name}: this connection may not take the role`) : []),
    ...options.trusted.map((name) => `${name}: trusted`),
  ];
  evidence.push(
    fact('judged', [...judgement.judged].join(', ') || 'nothing'),
    fact('not judged', unjudged.join('; ') || 'nothing'),
    fact(
      'attempts without effect',
      `${judgement.refused.policy} refused by a policy, ${judgement.refused.privilege} for want of a privilege, ${judgement.refused.error} by another error, ${judgement.refused.none} reached no row`,
    ),
  );
  const worst = problems.toSorted((x, y) => severity.indexOf(x.code) - severity.indexOf(y.code))[0];
  if (worst) {
    evidence.push(
      ...problems
        .filter((each) => each.code === worst.code)
        .flatMap((each) => each.evidence ?? [])
        .slice(0, 5),
    );
    const elsewhere =
      worst.code === 'own-rows-hidden' && otherSetting(tenancy, reach, worst.target ?? '', options.setting);
    if (elsewhere) {
      return fail('other-setting', {
        expected: `policies that read ${options.setting}`,
        actual: `they read ${elsewhere}`,
        evidence,
      });
    }
    const texts = [worst, ...problems.filter((each) => each !== worst)].map(({ text }) => text);
    return fail(worst.code, { expected, actual: [...new Set(texts)].slice(0, 12).join('; '), evidence });
  }
  const missed = named.filter(
    ({ relation }) =>
      !judgement.judged.has(nameOf(relation)) && relation.privileges[role.name]?.includes('u'),
  );
  if (judgement.judged.size === 0 || missed.length > 0) {
    const reasons = judgement.notes.filter(
      (note) => missed.length === 0 || missed.some(({ relation }) => note.startsWith(`${nameOf(relation)}:`)),
    );
    return skip(
      `rows of two tenants cannot be made: ${reasons.join('; ') || 'no table is reached'}`,
      'options.database/row-level-security.values: { <table>: { <column>: <value> } }; or insert rows of two tenants',
    );
  }
  const left = unjudged.length > 0 ? `; not judged: ${unjudged.join('; ')}` : '';
  return {
    status: 'pass',
    summary: `as ${role.name}, ${judgement.attempts} attempts on ${[...judgement.judged].join(', ')}; one connection, three transactions${left}`,
    examined: [
      { count: judgement.attempts, what: 'attempts' },
      { count: judgement.judged.size, what: 'relations and functions' },
    ],
    evidence,
  };
}

const fail = (
  code: TenancyFailure,
  found: { expected: string; actual: string; evidence?: Evidence[] },
): TenancyVerdict => ({ status: 'fail', code, ...found });
const skip = (reason: string, enable: string): TenancyVerdict => ({ status: 'skip', reason, enable });
