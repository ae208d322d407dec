import { describe, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import check from './version.ts';

const answer = (major: number | string, version: string) => ({
  postgres: { query: { rows: [{ major, version }], rowCount: 1, durationMs: 1 } },
});

testCheck(
  check,
  {
    passes: [
      { when: 'it is the oldest accepted one', probes: answer(16, '16.4'), summary: 'PostgreSQL 16.4' },
      { when: 'an older one is accepted', probes: answer(15, '15.1'), options: { minimum: 14 } },
    ],
    fails: [
      {
        when: 'it is older',
        code: 'too-old',
        probes: answer(15, '15.1'),
        actual: 'PostgreSQL 15.1',
      },
      {
        when: 'the query fails',
        code: 'query-failed',
        probes: { postgres: { query: new ProbeError('58030', 'io error') } },
      },
      { when: 'no version is returned', code: 'query-failed', probes: answer('', '') },
    ],
  },
  { describe, it },
);
