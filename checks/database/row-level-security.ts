import {
  type AttemptKind,
  attempt,
  buildScenario,
  defineCheck,
  type Evidence,
  fact,
  option,
  type ScenarioTable,
  type SqlOutcome,
  scenarioIds,
  type TenantAttempt,
  v,
} from '../../src/check/index.ts';

/**
 * Verifies by behaviour that a tenant stays among its own rows: two tenants are made in a transaction that is rolled back,
 * and one tries to read, change, insert, remove and take over what is the other's, in the role of the application. A role
 * that stands above the policies proves nothing, and never passes.
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
      hint: 'meatymusic migrate up makes it; services.database.applicationRole names another',
    },
    'bypasses-policies': {
      means: 'the role of the application stands above the policies',
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
      means: 'the two tenants cannot be made',
      hint: 'name tables and columns in the options of this check',
    },
  },
  sabotage: [
    {
      name: 'row-level security is switched off',
      code: 'not-enabled',
      kind: 'sql',
      break: ['alter table users disable row level security'],
      mend: ['alter table users enable row level security'],
    },
    {
      name: 'it is not forced',
      code: 'not-forced',
      kind: 'sql',
      break: ['alter table users no force row level security'],
      mend: ['alter table users force row level security'],
    },
    {
      name: 'the role bypasses policies',
      code: 'bypasses-policies',
      kind: 'sql',
      break: ['alter role meatymusic_app bypassrls'],
      mend: ['alter role meatymusic_app nobypassrls'],
    },
    {
      name: 'a policy lets everybody read',
      code: 'reads-foreign',
      kind: 'sql',
      break: ['create policy everybody on users for select using (true)'],
      mend: ['drop policy everybody on users'],
    },
    {
      name: 'a policy lets everybody change, unseen',
      code: 'changes-foreign',
      kind: 'sql',
      break: ['create policy everybody on users for update using (true)'],
      mend: ['drop policy everybody on users'],
    },
    {
      name: 'a policy lets everybody insert',
      code: 'inserts-foreign',
      kind: 'sql',
      break: ['create policy everybody on users for insert with check (true)'],
      mend: ['drop policy everybody on users'],
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
        sql: facts,
        values: [options.setting, options.schema, [options.tenants, ...names]],
        as: 'application',
      }),
    );
    if (looked.failure) {
      const code = ['22023', '42501', '42704'].includes(looked.failure.code) ? 'role-missing' : 'not-judged';
      return fail(code, { expected, actual: looked.failure.message });
    }
    const found = looked.value.rows[0] as unknown as Facts;
    const tables = (found.tables ?? []).filter(({ name }) => names.includes(name));
    const evidence: Evidence[] = [
      fact('role of the application', found.role),
      ...tables.map((each) => fact(`policies of ${each.name}`, each.policies.join('; ') || 'none')),
    ];
    const above = aboveThePolicies(found, tables);
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
      const problem = judge(each, outcomes[each.index]!);
      if (!problem) continue;
      evidence.push(asEvidence(each, outcomes[each.index]!));
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

interface Facts {
  role: string;
  superuser: boolean;
  bypasses: boolean;
  tables:
    | (ScenarioTable & { enabled: boolean; forced: boolean; owned: boolean; policies: string[] })[]
    | null;
}

/** As superuser or owner it never passes: such a role can switch the policies off, and most are not under them at all. */
function aboveThePolicies({ role, superuser, bypasses }: Facts, tables: NonNullable<Facts['tables']>) {
  if (superuser) return `${role} is a superuser: policies are not applied to it`;
  if (bypasses) return `${role} has BYPASSRLS: policies are not applied to it`;
  const owned = tables.filter(({ owned: isOwner }) => isOwner).map(({ name }) => name);
  return owned.length > 0 ? `${role} owns ${owned.join(', ')}: an owner can switch policies off` : undefined;
}

type Code =
  | 'own-rows-hidden'
  | 'reads-foreign'
  | 'changes-foreign'
  | 'inserts-foreign'
  | 'shows-without-tenant'
  | 'raises-without-tenant'
  | 'leaks'
  | 'not-judged';

interface Problem {
  code: Code;
  text: string;
}

const readings: Record<string, [wanted: number, code: Code, text: string]> = {
  own: [1, 'own-rows-hidden', 'tenant A does not see its own row'],
  'other-own': [1, 'own-rows-hidden', 'after changing to tenant B, its own row is not seen'],
  select: [0, 'reads-foreign', 'tenant A reads a row of tenant B'],
  'select-all': [0, 'reads-foreign', 'tenant A finds rows of tenant B'],
  'other-select': [0, 'reads-foreign', 'after changing to tenant B, a row of tenant A is still read'],
  empty: [0, 'shows-without-tenant', 'with an empty setting there are rows'],
};

const writings: Partial<Record<AttemptKind, [code: Code, text: string]>> = {
  update: ['changes-foreign', 'tenant A changes a row of tenant B'],
  delete: ['changes-foreign', 'tenant A removes a row of tenant B'],
  'update-all': ['changes-foreign', 'an UPDATE without a condition changes rows of other tenants'],
  'delete-all': ['changes-foreign', 'a DELETE without a condition removes rows of other tenants'],
  upsert: ['changes-foreign', 'tenant A takes over a row of tenant B by ON CONFLICT'],
  insert: ['inserts-foreign', 'tenant A inserts a row into tenant B'],
  move: ['inserts-foreign', 'tenant A moves its own row to tenant B'],
};

/** 42501 is a policy's refusal, or a privilege that is not granted: the row is out of reach either way. */
function judge({ kind, table, step, own }: TenantAttempt, outcome: SqlOutcome): Problem | undefined {
  const reading = readings[kind];
  if (reading) {
    const [wanted, code, text] = reading;
    if (outcome.ok) return outcome.rows[0]?.rows === wanted ? undefined : { code, text: `${table}: ${text}` };
    if (kind === 'empty') {
      return { code: 'raises-without-tenant', text: `${table}: ${outcome.message} (${outcome.code})` };
    }
    if (wanted === 0 && outcome.code === '42501') return undefined;
    return {
      code: wanted === 1 ? code : 'not-judged',
      text: `${table}: ${outcome.message} (${outcome.code})`,
    };
  }
  const [code, text] = writings[kind]!;
  if (outcome.ok) return outcome.rowCount <= own ? undefined : { code, text: `${table}: ${text}` };
  if (outcome.code === '42501') return undefined;
  return { code: 'not-judged', text: `${table}: ${kind}: ${outcome.message} (${outcome.code}); ${step.sql}` };
}

/** One connection, as a pool lends it: without a tenant; with one; and again without. */
function pooledSteps(
  { schema, setting }: { schema: string; setting: string },
  names: string[],
  tenant: string,
) {
  const quote = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`;
  const look = {
    sql: `select current_setting($1, true) as setting, ${names
      .map((name, index) => `(select count(*)::int from ${quote(schema)}.${quote(name)}) as rows${index}`)
      .join(', ')}`,
    values: [setting],
  };
  return [
    { sql: 'begin' },
    look,
    { sql: 'rollback' },
    { sql: 'begin' },
    { sql: 'select set_config($1, $2, true)', values: [setting, tenant] },
    { sql: 'commit' },
    { sql: 'begin' },
    look,
    { sql: 'rollback' },
  ];
}

function judgePooled(outcomes: readonly SqlOutcome[]): Problem | undefined {
  for (const [index, when] of [
    [1, 'in a new transaction'],
    [7, 'in the transaction behind one that had a tenant'],
  ] as const) {
    const outcome = outcomes[index]!;
    if (!outcome.ok) {
      return { code: 'raises-without-tenant', text: `${when}: ${outcome.message} (${outcome.code})` };
    }
    const { setting, ...counts } = outcome.rows[0] ?? {};
    if (setting) return { code: 'leaks', text: `${when} the setting is ${JSON.stringify(setting)}` };
    if (Object.values(counts).some((count) => count !== 0)) {
      return { code: 'shows-without-tenant', text: `${when} there are rows, with the setting unset` };
    }
  }
  return undefined;
}

/** The settings that the policies read, where the expected one is not among them. */
function otherSetting(tables: readonly { policies: string[] }[], setting: string): string | undefined {
  const read = tables.flatMap(({ policies }) =>
    policies.flatMap((text) => [...text.matchAll(/current_setting\('([^']+)'/g)].map((match) => match[1]!)),
  );
  return read.length > 0 && !read.includes(setting) ? [...new Set(read)].join(', ') : undefined;
}

function asEvidence({ kind, step }: TenantAttempt, outcome: SqlOutcome): Evidence {
  return outcome.ok
    ? { kind: 'query', label: kind, statement: step.sql, rows: outcome.rows, rowCount: outcome.rowCount }
    : { kind: 'query', label: kind, statement: step.sql, rows: [{ error: outcome.message }], rowCount: 0 };
}

const facts = `
  select r.rolname::text as role, r.rolsuper as superuser, r.rolbypassrls as bypasses, current_setting($1, true) as setting,
    (select json_agg(json_build_object(
       'name', c.relname, 'enabled', c.relrowsecurity, 'forced', c.relforcerowsecurity,
       'owned', pg_has_role(r.oid, c.relowner, 'usage'),
       'policies', (select coalesce(json_agg(p.polname || coalesce(' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
           || coalesce(' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '') order by p.polname), '[]')
         from pg_policy p where p.polrelid = c.oid),
       'columns', (select coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, null),
           'length', nullif(case when a.atttypid in ('varchar'::regtype, 'bpchar'::regtype) then a.atttypmod - 4 end, -5),
           'required', a.attnotnull and not a.atthasdef and a.attidentity = '',
           'labels', (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = a.atttypid))), '[]')
         from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          and (a.attname = 'updated_at' or a.attnotnull and not a.atthasdef and a.attidentity = ''))))
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $2 and c.relkind in ('r', 'p') and c.relname = any($3::text[])) as tables
  from pg_roles r where r.rolname = current_user`;
