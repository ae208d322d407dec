import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './database-and-cache-spans-are-children.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'spans']);

testCheck(
  check,
  {
    passes: [
      { when: 'both are below the request', probes: api({ spans: 'clients' }), summary: '2 of 3 spans' },
      {
        when: 'the request’s own comes after them',
        probes: api({ spans: 'clients-first' }),
        summary: '2 of 3 spans',
      },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      { when: 'no span arrives', code: 'no-spans', probes: api({ spans: 'nothing' }) },
      {
        when: 'only the server span arrives',
        code: 'missing',
        probes: api({ spans: 'one' }),
        actual: /postgresql or redis/,
      },
      {
        when: 'they are in traces of their own',
        code: 'in-another-trace',
        probes: api({ spans: 'clients-elsewhere' }),
        actual: /"postgresql" in trace f+/,
      },
      {
        when: 'they hang below nothing that was seen',
        code: 'not-children',
        probes: api({ spans: 'loose-clients' }),
      },
    ],
    skips: [{ when: 'spans cannot be read', probes: api({ spans: 'unavailable' }) }],
  },
  { describe, it },
);
