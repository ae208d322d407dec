import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './unsampled-not-exported.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'spans']);

testCheck(
  check,
  {
    passes: [
      { when: 'the caller decides', probes: api({ sampler: 'parent' }) },
      {
        when: 'the response does not name the trace',
        probes: api({ sampler: 'parent', returns: 'nothing' }),
      },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      {
        when: 'the response says that it is sampled',
        code: 'marked-sampled',
        probes: api({ sampler: 'parent', returns: 'sampled' }),
        expected: /^flags 00/,
      },
      {
        when: 'its spans arrive',
        code: 'exported',
        probes: api({ sampler: 'always', returns: 'nothing' }),
        actual: '1 in api.log: GET /health',
      },
      {
        when: 'its spans arrive in a trace of their own',
        code: 'exported',
        probes: api({
          sampler: 'always',
          traceOf: (header) => (header?.endsWith('-00') ? 'e'.repeat(32) : header!.slice(3, 35)),
        }),
      },
      {
        when: 'a sampled request leaves no span either',
        code: 'nothing-to-compare',
        probes: api({ sampler: 'parent', spans: 'nothing' }),
      },
    ],
    skips: [{ when: 'spans cannot be read', probes: api({ spans: 'unavailable' }) }],
  },
  { describe, it },
);
