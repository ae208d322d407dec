import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import check from './connects.ts';

const answer = (over: Record<string, string | number | boolean> = {}) => ({
  postgres: {
    query: {
      rows: [
        {
          answer: 42,
          database: 'meatymusic',
          user: 'postgres',
          version: '16.4',
          readOnly: false,
          ...over,
        },
      ],
      rowCount: 1,
      durationMs: 3.2,
    },
  },
});
const rejects = (code: string, details = {}) => ({
  postgres: { query: new ProbeError(code, `localhost:5432: ${code}`, details) },
});

testCheck(
  check,
  {
    passes: [
      { when: 'it is PostgreSQL 15', probes: answer({ version: '15.1' }) },
      {
        when: 'the query is answered',
        probes: answer(),
        summary: 'PostgreSQL 16.4, meatymusic as postgres, in 3 ms',
      },
      {
        when: 'it is a replica, and that will do',
        probes: answer({ readOnly: true }),
        options: { writable: false },
      },
    ],
    fails: [
      {
        when: 'nothing listens',
        code: 'unreachable',
        probes: rejects('ECONNREFUSED', { tried: '[::1]:5432' }),
      },
      { when: 'it is silent', code: 'unreachable', probes: rejects('TIMEOUT') },
      { when: 'the password is wrong', code: 'refused', probes: rejects('28P01') },
      { when: 'the user is refused', code: 'refused', probes: rejects('28000') },
      {
        when: 'a password in clear text is asked for',
        code: 'refused',
        probes: rejects('CLEARTEXT_PASSWORD_REFUSED'),
      },
      { when: 'the error is no SQLSTATE, but its end is', code: 'unreachable', probes: rejects('X58030') },
      { when: 'the error is no SQLSTATE, but its start is', code: 'unreachable', probes: rejects('58030X') },
      { when: 'the error is a word of five letters', code: 'unreachable', probes: rejects('EPIPE') },
      { when: 'the database does not exist', code: 'database-missing', probes: rejects('3D000') },
      { when: 'all connections are taken', code: 'busy', probes: rejects('53300') },
      { when: 'it is starting', code: 'busy', probes: rejects('57P03') },
      { when: 'it answers with an error', code: 'query-failed', probes: rejects('58030') },
      { when: 'something answers that cannot reckon', code: 'query-failed', probes: answer({ answer: 41 }) },
      { when: 'the database accepts no writes', code: 'read-only', probes: answer({ readOnly: true }) },
    ],
  },
  { describe, it },
);

it('shows the answer, or the error', async () => {
  expect(await evidenceLabels(check, { probes: answer() })).toEqual(['pass', 'database', 'user', 'version']);
  expect(await evidenceLabels(check, { probes: rejects('28P01') })).toEqual(['refused', 'error']);
});
