import {
  attempt,
  defineCheck,
  type Evidence,
  fact,
  option,
  type SqlOutcome,
  v,
} from '../../src/check/index.ts';
import {
  attemptEvidence,
  buildScenario,
  findRlsBypass,
  judgeAttempt,
  judgePooled,
  otherSetting,
  type PolicyFacts,
  policyFactsQuery,
  pooledSteps,
  scenarioIds,
} from '../../src/suites/index.ts';

/**
 * Verifies by behaviour that a tenant stays among its own rows: two tenants are made in a transaction that is rolled back,
 * and one tries to read, change, insert, remove and take over what is the other's, in the role of the application. A role
 * that bypasses the policies proves nothing, and never passes.
 */
export default defineCheck({
  title: 'No tenant reaches the rows of another',
  failureTitle: 'A tenant reaches the rows of another, or policies are not applied',
  why: 'One forgotten condition in one query must not show a customer the data of another.',
  after: ['database/tables-present'],
  needs: ['postgres', 'ids'],
  uses: ['database'],
  effects: 'rolled-back',
  tags: ['contract', 'tenancy', 'security'],
  timeoutMs: 15_000,
  options: {
    setting: option(v.string(), 'app.current_tenant_id', 'Setting from which the policies read the tenant'),
    schema: option(v.string(), 'public', 'Schema of the tables'),
    tenants: option(v.string(), 'tenants', 'Table of the tenants'),
    users: option(v.string(), 'users', 'Table of the users'),
    preferences: option(
      v.union([v.string(), v.literal(false)]),
      'user_preferences',
      "Table of the users' preferences; false: the stack has none",
    ),
    tenantColumn: option(v.string(), 'tenant_id', 'Column of the users that names their tenant'),
    userColumn: option(v.string(), 'user_id', 'Column of the preferences that names their user'),
    forced: option(v.boolean(), true, 'Whether the policies have to be FORCEd on the owner'),
  },
  codes: {
    'role-missing': {
      means: "the application's role cannot be taken",
      hint: 'name the role of the application: services.database.applicationRole; or make it in a migration: create role …',
    },
    'bypasses-policies': {
      means: 'the role of the application bypasses the policies',
      hint: 'alter role … nosuperuser nobypassrls; let the application take a role of its own: set local role meatymusic_app',
    },
    'not-enabled': {
      means: 'row-level security is off for a table, or it has no policy',
      hint: 'alter table … enable row level security; create policy …',
    },
    'not-forced': {
      means: 'the policies are not applied to the owner of a table',
      hint: 'alter table … force row level security',
    },
    'other-setting': {
      means: 'the policies read another setting than the application sets',
      hint: 'let policies and application agree; or set the option "setting" of this check',
    },
    'own-rows-hidden': {
      means: 'a tenant does not see its own rows, so that seeing no others proves nothing',
      hint: 'select * from pg_policies; are the privileges granted? \\dp',
    },
    'reads-foreign': {
      means: "a tenant reads another's rows",
      hint: 'select * from pg_policies: is one of them true for all?',
    },
    'changes-foreign': {
      means: "a tenant changes or removes another's rows",
      hint: 'select * from pg_policies where cmd in (…)',
    },
    'inserts-foreign': {
      means: 'a tenant puts rows into another tenant',
      hint: 'give the policy a WITH CHECK that is its USING',
    },
    'shows-without-tenant': {
      means: 'without a tenant there are rows',
      hint: "compare with nullif(current_setting(…, true), '')",
    },
    'raises-without-tenant': {
      means: 'without a tenant there is an error instead of no rows',
      hint: "read it with nullif(current_setting('app.current_tenant_id', true), '')::uuid",
    },
    leaks: {
      means: 'a tenant is set in a transaction that has not set it',
      hint: 'select * from pg_db_role_setting; set it with set_config(…, …, true) alone',
    },
    'not-judged': {
      means: 'the two tenants cannot be created',
      hint: 'name tables and columns in the options of this check',
    },
  },
  sabotage: [
    {
      name: 'row-level security is switched off',
      code: 'not-enabled',
      kind: 'sql',
      break: ['alter table users disable row level security'],
      restore: ['alter table users enable row level security'],
    },
    {
      name: 'it is not forced',
      code: 'not-forced',
      kind: 'sql',
      break: ['alter table users no force row level security'],
      restore: ['alter table users force row level security'],
    },
    {
      name: 'the role bypasses policies',
      code: 'bypasses-policies',
      kind: 'sql',
      break: ['alter role meatymusic_app bypassrls'],
      restore: ['alter role meatymusic_app nobypassrls'],
    },
    {
      name: 'a policy lets everybody read',
      code: 'reads-foreign',
      kind: 'sql',
      break: ['create policy everybody on users for select using (true)'],
      restore: ['drop policy everybody on users'],
    },
    {
      name: 'a policy lets everybody change, unseen',
      code: 'changes-foreign',
      kind: 'sql',
      break: ['create policy everybody on users for update using (true)'],
      restore: ['drop policy everybody on users'],
    },
    {
      name: 'a policy lets everybody insert',
      code: 'inserts-foreign',
      kind: 'sql',
      break: ['create policy everybody on users for insert with check (true)'],
      restore: ['drop policy everybody on users'],
    },
    {
      name: 'the policies read another setting',
      code: 'other-setting',
      kind: 'options',
      set: { setting: 'app.tenant_id' },
    },
  ],
  async run({ postgres, ids, options, pass, fail }) {
    const names = [options.users, ...(options.preferences === false ? [] : [options.preferences])];
    const expected = `${names.join(' and ')} show and take rows of the current tenant alone`;
    const looked = await attempt(
      postgres.query({
        sql: policyFactsQuery,
        values: [options.setting, options.schema, [options.tenants, ...names]],
        as: 'application',
      }),
    );
    if (looked.failure) {
      const code = ['22023', '42501', '42704'].includes(looked.failure.code) ? 'role-missing' : 'not-judged';
      return fail(code, { expected, actual: looked.failure.message });
    }
    const found = looked.value.rows[0] as unknown as PolicyFacts;
    const tables = (found.tables ?? []).filter(({ name }) => names.includes(name));
    const evidence: Evidence[] = [
      fact('role of the application', found.role),
      ...tables.map((each) => fact(`policies of ${each.name}`, each.policies.join('; ') || 'none')),
    ];
    const above = findRlsBypass(found, tables);
    if (above) {
      return fail('bypasses-policies', { expected: 'a role under the policies', actual: above, evidence });
    }
    const missing = names.filter((name) => !tables.some((each) => each.name === name));
    if (missing.length > 0) {
      return fail('not-judged', { expected, actual: `no table ${missing.join(', ')}`, evidence });
    }
    const off = tables.filter(({ enabled, policies }) => !enabled || policies.length === 0);
    if (off.length > 0) {
      const actual = `not so for ${off.map(({ name }) => name).join(', ')}`;
      return fail('not-enabled', { expected: 'row-level security with a policy', actual, evidence });
    }
    const unforced = tables.filter(({ forced }) => !forced);
    if (options.forced && unforced.length > 0) {
      const actual = `not so for ${unforced.map(({ name }) => name).join(', ')}`;
      return fail('not-forced', { expected: 'policies that are FORCEd on the owner', actual, evidence });
    }

    const rows = scenarioIds(await ids.uuid());
    const scenario = buildScenario(
      {
        ...{
          schema: options.schema,
          tenants: options.tenants,
          users: options.users,
          setting: options.setting,
        },
        ...{ tenantColumn: options.tenantColumn, userColumn: options.userColumn },
        ...(options.preferences === false ? {} : { preferences: options.preferences }),
      },
      found.tables ?? [],
      rows,
      found.role,
    );
    // The owner can make both tenants and then become the application; where it may not, the application makes them.
    let outcomes: readonly SqlOutcome[] = [];
    let obstacle: string | undefined;
    for (const as of ['owner', 'application'] as const) {
      const session = await attempt(postgres.session({ steps: scenario.steps, as }));
      if (session.failure) return fail('not-judged', { expected, actual: session.failure.message, evidence });
      outcomes = session.value;
      const stopped = outcomes.slice(0, scenario.setup).find((outcome) => !outcome.ok);
      if (!stopped || stopped.ok) {
        obstacle = undefined;
        break;
      }
      obstacle ??= `${stopped.message} (${stopped.code})`;
    }
    if (obstacle !== undefined) return fail('not-judged', { expected, actual: obstacle, evidence });

    for (const each of scenario.attempts) {
      const problem = judgeAttempt(each, outcomes[each.index]!);
      if (!problem) continue;
      evidence.push(attemptEvidence(each, outcomes[each.index]!));
      const elsewhere = problem.code === 'own-rows-hidden' && otherSetting(tables, options.setting);
      return elsewhere
        ? fail('other-setting', {
            expected: `policies that read ${options.setting}`,
            actual: `they read ${elsewhere}`,
            evidence,
          })
        : fail(problem.code, { expected, actual: problem.text, evidence });
    }

    const pooled = await attempt(
      postgres.session({ steps: pooledSteps(options, names, rows.a.tenant), as: 'application' }),
    );
    if (pooled.failure) return fail('not-judged', { expected, actual: pooled.failure.message, evidence });
    const leak = judgePooled(pooled.value);
    if (leak) return fail(leak.code, { expected, actual: leak.text, evidence });
    return pass(
      `as ${found.role}, ${scenario.attempts.length} attempts on ${names.join(' and ')}; one connection, three transactions`,
      [
        { count: scenario.attempts.length, what: 'attempts' },
        { count: names.length, what: 'tables' },
      ],
      evidence,
    );
  },
});
