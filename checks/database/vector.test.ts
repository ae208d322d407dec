import { describe, it } from 'vitest';
import { ProbeError, type SqlStep } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import check from './vector.ts';

interface Answers {
  installed?: string | null;
  available?: string | null;
  distances?: Record<string, number> | Error;
}

const right = { euclidean: 5, cosine: 1, inner: -11 };

const database = ({ installed = '0.8.0', available = '0.8.0', distances = right }: Answers) => ({
  postgres: {
    query: ({ sql }: SqlStep) => {
      const answer = sql.includes('pg_extension') ? { installed, available } : distances;
      return answer instanceof Error ? answer : { rows: [answer], rowCount: 1, durationMs: 1 };
    },
  },
});

testCheck(
  check,
  {
    passes: [{ when: 'three distances are right', probes: database({}), summary: /^version 0\.8\.0/ }],
    fails: [
      { when: 'the database lacks it', code: 'not-installed', probes: database({ installed: null }) },
      {
        when: 'the server lacks it',
        code: 'not-available',
        probes: database({ installed: null, available: null }),
      },
      {
        when: 'a distance is wrong',
        code: 'wrong-distance',
        probes: database({ distances: { ...right, cosine: 0.5 } }),
        actual: '5, 0.5 and -11',
      },
      {
        when: 'the type is in no schema of the path',
        code: 'query-failed',
        probes: database({ distances: new ProbeError('42704', 'type "vector" does not exist') }),
      },
    ],
  },
  { describe, it },
);
