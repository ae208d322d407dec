import { describe, expect, it } from 'vitest';
import { type HttpRequest, ProbeError, type SqlStep } from '../../src/check/index.ts';
import { testCheck, verdictOf } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import { refused, response } from '../../src/testing/responses.ts';
import { serving } from '../../src/testing/stub-probes.ts';
import overHttp from './over-http.ts';

/** Who asks, by the token that the fake below gives. */
type Who = 'a@1' | 'b@2' | 'a@2';
interface Answers {
  /** The result of a write, by the tenant that writes. */
  write?: (who: Who) => number | Error;
  /** The status of a read. Default: 200. */
  readStatus?: (who: Who) => number;
  /** What is read back; default: the last thing that was written with the same token. */
  read?: (who: Who, written: ReadonlyMap<Who, string>) => string;
  /** Rows of tenant A that hold a text that `who` wrote. */
  rows?: (who: Who) => number;
  sqlFails?: RegExp;
  /** Whether the rows that `who` wrote cannot be counted. */
  countFails?: (who: Who) => boolean;
}

/** The statements of the check, with the number of their values. */
const known: [RegExp, number][] = [
  [/^insert into "tenants" \(id, name, slug\) values \(\$1, \$2, \$2\), \(\$3, \$4, \$4\)$/, 4],
  [/^delete from "tenants" where id = any\(\$1\)$/, 1],
  [/^(?:begin|rollback)$/, 0],
  [/^select set_config\(\$1, \$2, true\)$/, 2],
  [
    /^select count\(\*\)::int as rows from "user_preferences" s join "users" u on u\.id = s\.user_id\s+where u\.tenant_id = \$1 and position\(\$2 in s::text\) > 0$/,
    2,
  ],
];

function probes({
  write = () => 200,
  readStatus = () => 200,
  read,
  rows,
  sqlFails,
  countFails,
}: Answers = {}) {
  const written = new Map<Who, string>();
  let uuids = 0;
  let undo = '';
  const ok = (found: Record<string, number>[] = []) => ({
    ok: true,
    rows: found,
    rowCount: 1,
    durationMs: 1,
  });
  const who = (request: HttpRequest) => {
    const found = /^Bearer (a@1|b@2|a@2)$/.exec(request.headers?.authorization ?? '')?.[1];
    if (!found || request.headers?.['content-type'] !== 'application/json')
      throw new TypeError(`${JSON.stringify(request.headers)} are the headers of no user`);
    return found as Who;
  };
  return {
    ids: {
      uuid: () => `${++uuids}`.padStart(8, '0'),
      token: ({ kind, claims = {} }: { kind: string; claims?: Record<string, string> }) => {
        const user = /^user_meatymusic_(a|b)_00000003$/.exec(claims.sub ?? '')?.[1];
        if (kind !== 'valid' || claims.email !== `${user}-00000003@verify.invalid`)
          throw new TypeError(`a token with ${JSON.stringify(claims)}`);
        return { available: true, token: `${user}@${Number(claims.tenant_id)}` };
      },
    },
    ...serving({
      'PUT /api/v1/preferences': (request) => {
        const writer = who(request);
        const { preferences, ...rest } = JSON.parse(request.body ?? '');
        if (Object.keys(rest).length > 0 || typeof preferences.probe !== 'string')
          throw new TypeError(`${request.body} are no preferences`);
        written.set(writer, request.body ?? '');
        const status = write(writer);
        return typeof status === 'number' ? response(status) : status;
      },
      'GET /api/v1/preferences': (request) => {
        const reader = who(request);
        return response(readStatus(reader), read ? read(reader, written) : (written.get(reader) ?? '{}'));
      },
    }),
    postgres: {
      session: (session: { steps: SqlStep[]; undo?: SqlStep[]; as?: string }) =>
        session.steps.map(({ sql, values = [] }) => {
          if (
            session.as !== undefined ||
            !known.some(([text, count]) => text.test(sql) && values.length === count)
          )
            throw new TypeError(`${sql} is no statement of this check`);
          if (sql.startsWith('insert')) {
            if (`${values}` !== '00000001,meatymusic-probe-00000001,00000002,meatymusic-probe-00000002')
              throw new TypeError(`${values} are not the two tenants`);
            undo = JSON.stringify(session.undo);
          }
          if (sql.startsWith('delete') && `${values}` !== '00000001,00000002')
            throw new TypeError(`${values} are not the two tenants`);
          if (sql.startsWith('delete') && JSON.stringify(session.steps) !== undo)
            throw new TypeError(`${undo} does not remove what ${sql} removes`);
          if (sqlFails?.test(sql)) return { ok: false, code: '42P01', message: 'no such table' };
          if (sql.startsWith('select set_config') && `${values}` !== 'app.current_tenant_id,00000001')
            throw new TypeError(`${values} is not the tenant whose rows are counted`);
          if (!sql.startsWith('select count')) return ok();
          const [tenant, text] = values.map(String) as [string, string];
          if (tenant !== '00000001' || !text.endsWith('-00000003'))
            throw new TypeError(`${values} are no rows of tenant A`);
          const writer: Who = text.startsWith('mine') ? 'a@1' : text.startsWith('neighbour') ? 'b@2' : 'a@2';
          if (countFails?.(writer)) return { ok: false, code: '57014', message: 'cancelled' };
          return ok([{ rows: rows ? rows(writer) : Number(writer === 'a@1') }]);
        }),
    },
  } as never;
}

testCheck(
  overHttp,
  {
    passes: [
      {
        when: 'everybody sees only what is theirs',
        probes: probes(),
        summary: 'neither a neighbour nor a traveller saw or changed it',
      },
      { when: 'the others are refused', probes: probes({ write: (who) => (who === 'a@1' ? 200 : 403) }) },
    ],
    fails: [
      {
        when: 'a user cannot write',
        code: 'not-kept',
        actual: 'it answers 500',
        probes: probes({ write: () => 500 }),
      },
      ...(
        [
          [401, 'needs-a-token'],
          [404, 'no-endpoint'],
          [429, 'rate-limited'],
        ] as const
      ).map(([status, code]) => ({
        when: `writing answers ${status}`,
        code,
        probes: probes({ write: () => status }),
      })),
      { when: 'nothing answers', code: 'unreachable', probes: probes({ write: () => refused }) },
      {
        when: 'no answer comes',
        code: 'timeout',
        probes: probes({ write: () => new ProbeError('TIMEOUT', 'no response') }),
      },
      {
        when: 'the answer breaks off',
        code: 'unreadable',
        probes: probes({ write: () => new ProbeError('TRUNCATED', 'it ended') }),
      },
      {
        when: 'another tenant is not served',
        code: 'not-judged',
        probes: probes({ readStatus: (who) => (who === 'a@1' ? 200 : 500) }),
      },
      {
        when: 'another tenant meets the rate limit',
        code: 'rate-limited',
        probes: probes({ readStatus: (who) => (who === 'a@1' ? 200 : 429) }),
      },
      ...[300, 302].map((status) => ({
        when: `writing answers ${status}`,
        code: 'not-kept' as const,
        actual: `it answers ${status}`,
        probes: probes({ write: () => status }),
      })),
      {
        when: 'reading it back is refused',
        code: 'needs-a-token',
        actual: 'reading it back: it answers 401',
        probes: probes({ readStatus: () => 401 }),
      },
      {
        when: 'another tenant cannot write because the API fails',
        code: 'not-judged',
        expected: 'an answer to what a neighbour with a token of tenant B writes',
        probes: probes({ write: (who) => (who === 'a@1' ? 200 : 500) }),
      },
      {
        when: 'another tenant gets no answer to what it writes',
        code: 'unreachable',
        probes: probes({ write: (who) => (who === 'a@1' ? 200 : refused) }),
      },
      {
        when: 'what was written is not there, and its tenants stay',
        code: 'not-kept',
        actual: 'reading it back: it answers 200, without it',
        probes: probes({ read: () => '{}', sqlFails: /^delete/ }),
      },
      { when: 'what was written is not there', code: 'not-kept', probes: probes({ read: () => '{}' }) },
      {
        when: 'another tenant can read it',
        code: 'seen',
        actual: /^a neighbour /,
        probes: probes({ read: (_, written) => written.get('a@1') ?? '' }),
      },
      {
        when: 'the same user reads it in another tenant',
        code: 'seen',
        actual: /^a traveller /,
        probes: probes({ read: (who, written) => written.get(who === 'a@2' ? 'a@1' : who) ?? '' }),
      },
      {
        when: 'another tenant can overwrite it',
        code: 'changed',
        actual: /^a traveller /,
        probes: probes({ rows: (who) => Number(who !== 'b@2') }),
      },
      { when: 'its tenants stay', code: 'left-behind', probes: probes({ sqlFails: /^delete/ }) },
    ],
    skips: [
      {
        when: 'no token of another tenant can be made',
        probes: { ids: { uuid: '1', token: { available: false, token: '', enable: 'auth.signingKeyFile' } } },
        reason: /no tokens of two tenants/,
        enable: 'auth.signingKeyFile',
      },
      { when: 'no tenants can be made', reason: /no such table/, probes: probes({ sqlFails: /^insert/ }) },
      {
        when: 'what is stored cannot be read',
        reason: /no such table/,
        probes: probes({ sqlFails: /^select count/ }),
      },
      {
        when: 'what another tenant wrote cannot be counted',
        reason: 'what is stored cannot be read: cancelled',
        enable: /tenants, users, stored and setting/,
        probes: probes({ countFails: (who) => who === 'b@2' }),
      },
      {
        when: 'what was written is somewhere else',
        reason: /holds 0 rows/,
        probes: probes({ rows: () => 0 }),
      },
      {
        when: 'the database does not answer',
        reason: /refused/,
        probes: { ...(probes() as object), postgres: { session: new ProbeError('ECONNREFUSED', 'refused') } },
      },
    ],
  },
  { describe, it },
);

it('shows each response and the rows that were counted', async () => {
  const [outcome, ...labels] = await evidenceLabels(overHttp, { probes: probes() });
  expect([outcome, ...labels]).toEqual([
    ...['pass', 'owner writes', 'owner reads'],
    ...['neighbour writes', 'rows of tenant A that a neighbour wrote', 'neighbour reads'],
    ...['traveller writes', 'rows of tenant A that a traveller wrote', 'traveller reads'],
  ]);
  expect(await verdictOf(overHttp, { probes: probes() })).toMatchObject({
    examined: [{ count: 6, what: 'responses' }],
  });
});
