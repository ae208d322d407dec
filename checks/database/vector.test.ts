import { describe, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { testCheck } from '../../src/check/tester.ts';
import { answers } from '../../src/testing/stub-probes.ts';
import check from './vector.ts';

interface Answers {
  installed?: string | null;
  available?: string | null;
  distances?: Record<string, number> | Error;
  catalogue?: Error;
}

const right = { euclidean: 5, cosine: 1, inner: -11 };

const rowOf = (row: Record<string, number | string | null>) => ({ rows: [row], rowCount: 1, durationMs: 1 });

const database = ({ installed = '0.8.0', available = '0.8.0', distances = right, catalogue }: Answers) => ({
  postgres: {
    query: answers(
      [{ sql: /pg_extension/, values: ['vector'] }, catalogue ?? rowOf({ installed, available })],
      [{ sql: /<->.*<=>.*<#>/s }, distances instanceof Error ? distances : rowOf(distances)],
    ),
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
        when: 'the euclidean distance is wrong',
        code: 'wrong-distance',
        probes: database({ distances: { ...right, euclidean: 4 } }),
      },
      {
        when: 'the inner product is wrong',
        code: 'wrong-distance',
        probes: database({ distances: { ...right, inner: 11 } }),
      },
      {
        when: 'the catalogue cannot be read',
        code: 'query-failed',
        probes: database({ catalogue: new ProbeError('57014', 'canceled') }),
        actual: 'canceled',
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
