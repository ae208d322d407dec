import {
  attempt,
  defineCheck,
  type Evidence,
  type Exchanged,
  exchange,
  fact,
  option,
  type SqlStep,
  serviceUrl,
  v,
} from '../../src/check/index.ts';
import {
  codeOfAnswer,
  codeOfFailure,
  countTenantRows,
  endpointCodes,
  quoteIdentifier,
} from '../../src/suites/index.ts';

/**
 * Verifies tenancy the way in which it is attacked: with a token of one's own. A user of tenant A writes; then a user of
 * tenant B, and the very user of A with a token for tenant B, try to read and to overwrite it. Policies of the database
 * help only if the application sets the tenant that the token names: this sees both at once.
 */
export default defineCheck({
  title: 'Over HTTP, no tenant sees or changes what another tenant wrote',
  failureTitle: 'Over HTTP, tenants are not isolated',
  why: 'Policies in the database are worthless if the application sets the wrong tenant.',
  after: ['auth/valid-token', 'database/tables-present'],
  needs: ['http', 'ids', 'postgres'],
  uses: ['api', 'database'],
  effects: 'temporary',
  tags: ['contract', 'tenancy', 'security'],
  timeoutMs: 15_000,
  options: {
    path: option(v.string(), '/api/v1/preferences', 'Path of a resource that belongs to the caller'),
    method: option(v.string(), 'PUT', 'Method that writes it'),
    field: option(v.string(), 'preferences', 'Field of the body that holds what is written'),
    tenantClaim: option(v.string(), 'tenant_id', 'Claim of the token that names the tenant'),
    tenants: option(v.string(), 'tenants', 'Table of the tenants: id, name, slug'),
    users: option(v.string(), 'users', 'Table of the users: id, tenant_id'),
    stored: option(v.string(), 'user_preferences', 'Table of what is written: user_id'),
    setting: option(v.string(), 'app.current_tenant_id', 'Setting that the policies read'),
  },
  codes: {
    ...endpointCodes,
    'not-judged': {
      headline: 'What another tenant reads or writes could not be judged',
      means: 'a request of another tenant failed with 5xx, which shows nothing about its access',
      hint: 'meatymusic logs api --since 5m',
    },
    'not-kept': {
      headline: 'Over HTTP, a user cannot read back their own data',
      means: 'a user cannot write and read back their own data, so nothing is proven about others',
      hint: 'meatymusic logs api --since 5m',
    },
    seen: {
      headline: 'Over HTTP, another tenant reads what a tenant wrote',
      means: 'another tenant can read it',
      hint: 'set the tenant of the token in each transaction, even if the user is known: meatymusic verify database/row-level-security',
    },
    changed: {
      headline: 'Over HTTP, another tenant overwrites what a tenant wrote',
      means: 'another tenant can overwrite it',
      hint: 'set the tenant of the token in each transaction, even if the user is known: meatymusic verify database/row-level-security',
    },
    'left-behind': {
      headline: 'The tenants of this check could not be removed again',
      means: 'the two tenants of this check could not be removed again',
      hint: 'let foreign keys to tenants cascade, and delete the tenants whose slug begins with meatymusic-probe-',
    },
  },
  sabotage: [
    {
      name: 'writing answers 500',
      code: 'not-kept',
      kind: 'http',
      service: 'api',
      change: { path: '/api/v1/preferences', method: 'PUT', status: 500 },
    },
    {
      name: 'everybody reads the same',
      code: 'not-kept',
      kind: 'http',
      service: 'api',
      change: { path: '/api/v1/preferences', method: 'GET', body: '{"preferences":{"of":"another"}}' },
    },
    {
      name: 'policies let everybody read',
      code: 'seen',
      kind: 'sql',
      // The policy of user_preferences asks users whose it is; what is written stays protected.
      break: [
        'create policy sabotage on users for select using (true)',
        `create policy sabotage on user_preferences as restrictive for update using (user_id in (
          select id from users where tenant_id::text = current_setting('app.current_tenant_id', true)))`,
      ],
      restore: ['drop policy sabotage on users', 'drop policy sabotage on user_preferences'],
    },
    {
      name: 'policies let everybody change',
      code: 'changed',
      kind: 'sql',
      break: [
        'create policy sabotage on users using (true) with check (true)',
        'create policy sabotage on user_preferences using (true) with check (true)',
      ],
      restore: ['drop policy sabotage on users', 'drop policy sabotage on user_preferences'],
    },
  ],
  async run({ http, ids, postgres, stack, options, pass, fail, skip }) {
    const [a, b, run] = [await ids.uuid(), await ids.uuid(), (await ids.uuid()).replaceAll('-', '')];
    // Subjects of their own, so that no cache knows them.
    const tokenOf = (user: string, tenant: string) => {
      const sub = `user_meatymusic_${user}_${run}`;
      const claims = { sub, email: `${user}-${run}@verify.invalid`, [options.tenantClaim]: tenant };
      return ids.token({ kind: 'valid', claims });
    };
    const tokens = {
      owner: await tokenOf('a', a),
      neighbour: await tokenOf('b', b),
      // The same person, who left for another tenant.
      traveller: await tokenOf('a', b),
    };
    if (!tokens.owner.available)
      return skip('no tokens of two tenants can be made from here', tokens.owner.enable);

    const url = serviceUrl(stack.services.api, options.path);
    const evidence: Evidence[] = [];
    const send = async (who: keyof typeof tokens, written?: string) => {
      const headers = { authorization: `Bearer ${tokens[who].token}`, 'content-type': 'application/json' };
      const body = JSON.stringify({ [options.field]: { probe: written } });
      const request =
        written === undefined ? { url, headers } : { url, headers, method: options.method, body };
      const asked = await exchange(http, request, `${who} ${written === undefined ? 'reads' : 'writes'}`);
      evidence.push(asked.evidence);
      return asked;
    };
    const sql = async (step: SqlStep, undo: SqlStep[] = []) => {
      const { value = [], failure } = await attempt(
        postgres.session({ steps: [step], ...(undo.length > 0 ? { undo } : {}) }),
      );
      return failure?.message ?? value.flatMap((outcome) => (outcome.ok ? [] : [outcome.message]))[0];
    };
    const slug = (tenant: string) => `meatymusic-probe-${tenant}`;
    const removal: SqlStep = {
      sql: `delete from ${quoteIdentifier(options.tenants)} where id = any($1)`,
      values: [[a, b]],
    };
    const creation: SqlStep = {
      sql: `insert into ${quoteIdentifier(options.tenants)} (id, name, slug) values ($1, $2, $2), ($3, $4, $4)`,
      values: [a, slug(a), b, slug(b)],
    };
    const unmade = await sql(creation, [removal]);
    const named = 'the options tenants, users, stored and setting name what the database has';
    if (unmade) return skip(`two tenants could not be made: ${unmade}`, named);
    const rowsWith = (text: string) => countTenantRows(postgres, options, a, text);

    const notJudged = (code: UnjudgedCode, who: string, does: string, { actual }: Exchanged) =>
      fail(code, {
        expected: `an answer to what a ${who} with a token of tenant B ${does}`,
        actual,
        evidence,
      });

    const judge = async () => {
      const mine = `mine-${run}`;
      const wrote = await send('owner', mine);
      const read = await send('owner');
      const code = codeOfAnswer(wrote) ?? codeOfAnswer(read);
      if (code) {
        const actual = codeOfAnswer(wrote) ? wrote.actual : `reading it back: ${read.actual}`;
        return fail(code, {
          expected: `${options.method} ${url} keeps what a user writes`,
          actual,
          evidence,
        });
      }
      if (!isGood(wrote) || !read.response?.body.includes(mine)) {
        const actual = isGood(wrote) ? `reading it back: ${read.actual}, without it` : wrote.actual;
        return fail('not-kept', {
          expected: `${options.method} ${url} keeps what a user writes`,
          actual,
          evidence,
        });
      }
      const own = await rowsWith(mine);
      if (own.rows !== 1)
        return skip(own.problem ?? `${options.stored} holds ${own.rows} rows with it`, named);
      for (const who of ['neighbour', 'traveller'] as const) {
        const theirs = `${who}-${run}`;
        const written = await send(who, theirs);
        const { rows = 0, problem } = await rowsWith(theirs);
        if (problem) return skip(problem, named);
        evidence.push(fact(`rows of tenant A that a ${who} wrote`, String(rows)));
        if (rows > 0) {
          const actual = `a ${who} with a token of tenant B wrote ${rows} of them`;
          return fail('changed', {
            expected: 'rows of tenant A are written by tenant A alone',
            actual,
            evidence,
          });
        }
        const seen = await send(who);
        if (seen.response?.body.includes(mine)) {
          const actual = `a ${who} with a token of tenant B reads it`;
          return fail('seen', {
            expected: 'what tenant A wrote is seen by tenant A alone',
            actual,
            evidence,
          });
        }
        // A foreign row that was seen or changed is the verdict, also if the other request failed.
        const [unwritten, unread] = [unjudgedCode(written), unjudgedCode(seen)];
        if (unwritten) return notJudged(unwritten, who, 'writes', written);
        if (unread) return notJudged(unread, who, 'reads', seen);
      }
      return pass(
        'neither a neighbour nor a traveller saw or changed it',
        [{ count: evidence.filter(({ kind }) => kind === 'http').length, what: 'responses' }],
        evidence,
      );
    };
    const verdict = await judge();
    const left = await sql(removal);
    if (!left || verdict.status === 'fail') return verdict;
    return fail('left-behind', { expected: `no ${slug('…')} among the tenants`, actual: left, evidence });
  },
});

type UnjudgedCode = 'unreachable' | 'timeout' | 'unreadable' | 'rate-limited' | 'not-judged';

/** Returns why an answer to another tenant shows nothing: a refusal shows that it has no access, a failure does not. */
function unjudgedCode({ response, failure }: Exchanged): UnjudgedCode | undefined {
  if (!response) return codeOfFailure(failure);
  if (response.status === 429) return 'rate-limited';
  return response.status >= 500 ? 'not-judged' : undefined;
}

function isGood({ response }: { response?: { status: number } }): boolean {
  return response !== undefined && response.status >= 200 && response.status < 300;
}
