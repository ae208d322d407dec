import { describe, it } from 'vitest';
import { type HttpRequest, ProbeError, type SqlStep } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { refused, response } from '../../src/testing/responses.ts';
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
}

function probes({ write = () => 200, readStatus = () => 200, read, rows, sqlFails }: Answers = {}) {
  const written = new Map<Who, string>();
  let uuids = 0;
  const ok = (found: Record<string, number>[] = []) => ({
    ok: true,
    rows: found,
    rowCount: 1,
    durationMs: 1,
  });
  return {
    ids: {
      uuid: () => `${++uuids}`.padStart(8, '0'),
      token: ({ claims = {} }: { claims?: Record<string, string> }) => ({
        available: true,
        token: `${claims.sub?.split('_')[2]}@${Number(claims.tenant_id)}`,
      }),
    },
    http: {
      request: ({ method, headers = {}, body = '' }: HttpRequest) => {
        const who = headers.authorization?.split(' ')[1] as Who;
        if (method === 'PUT') {
          written.set(who, body);
          const status = write(who);
          return typeof status === 'number' ? response(status) : status;
        }
        return response(readStatus(who), read ? read(who, written) : (written.get(who) ?? '{}'));
      },
    },
    postgres: {
      session: ({ steps }: { steps: SqlStep[] }) =>
        steps.map(({ sql, values = [] }) => {
          if (sqlFails?.test(sql)) return { ok: false, code: '42P01', message: 'no such table' };
          if (!sql.startsWith('select count')) return ok();
          const text = String(values[1]);
          const who: Who = text.startsWith('mine') ? 'a@1' : text.startsWith('neighbour') ? 'b@2' : 'a@2';
          return ok([{ rows: rows ? rows(who) : Number(who === 'a@1') }]);
        }),
    },
  } as never;
}

testCheck(
  overHttp,
  {
    passes: [
      { when: 'everybody sees only what is theirs', probes: probes() },
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
      { when: 'what was written is not there', code: 'not-kept', probes: probes({ read: () => '{}' }) },
      {
        when: 'another tenant reads it',
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
        when: 'another tenant overwrites it',
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
        enable: 'auth.signingKeyFile',
      },
      { when: 'no tenants can be made', reason: /no such table/, probes: probes({ sqlFails: /^insert/ }) },
      {
        when: 'what is stored cannot be read',
        reason: /no such table/,
        probes: probes({ sqlFails: /^select count/ }),
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
