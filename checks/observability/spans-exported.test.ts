import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './spans-exported.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'spans']);

testCheck(
  check,
  {
    passes: [
      { when: 'a span arrives', probes: api({}) },
      { when: 'a span of the request arrives in another trace', probes: api({ spans: 'elsewhere' }) },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      { when: 'none arrives', code: 'none', probes: api({ spans: 'nothing' }) },
    ],
    skips: [{ when: 'spans cannot be read', probes: api({ spans: 'unavailable' }) }],
  },
  { describe, it },
);
