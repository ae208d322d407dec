import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { type TracedApi, tracedApi } from '../../src/testing/traced-api.ts';
import check from './w3c-traceparent.ts';

const api = (behaviour: TracedApi) => tracedApi(behaviour, ['http', 'ids', 'logs', 'spans']);

testCheck(
  check,
  {
    passes: [
      { when: 'each header is treated right', probes: api({}), summary: '27 of 27 headers seen and right' },
      { when: 'only the log shows it', probes: api({ returns: 'nothing' }) },
      { when: 'only spans show it', probes: api({ returns: 'nothing', logs: 'nothing' }) },
    ],
    fails: [
      { when: 'the API is away', code: 'unreachable', probes: api({ down: true }) },
      {
        when: 'nothing is continued',
        code: 'not-continued',
        probes: api({ traceOf: (_, index) => index.toString(16).padStart(32, 'd') }),
        actual: /5 of 27/,
      },
      {
        when: 'later versions are refused',
        code: 'not-continued',
        probes: api({
          traceOf: (header, index) =>
            header?.startsWith('00-')
              ? (header.split('-')[1] as string)
              : index.toString(16).padStart(32, 'd'),
        }),
        expected: /a later version/,
      },
      {
        when: 'a header that cannot be read is answered with 400',
        code: 'refused',
        probes: api({ status: ({ traceparent }) => (traceparent === '-' ? 400 : 200) }),
        expected: '200, with nothing in it (-)',
        actual: '400',
      },
      {
        when: 'the header is split at dashes',
        code: 'not-ignored',
        probes: api({
          traceOf: (header, index) =>
            /[0-9a-f]{32}/.exec(header ?? '')?.[0] ?? index.toString(16).padStart(32, 'd'),
        }),
        expected: /a later version whose flags run on/,
      },
    ],
    skips: [
      {
        when: 'nothing shows the trace',
        probes: api({ returns: 'nothing', logs: 'without', spans: 'nothing' }),
      },
    ],
  },
  { describe, it },
);
