import { describe, expect, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { evidenceOf } from '../../src/testing/evidence-labels.ts';
import { answers } from '../../src/testing/stub-probes.ts';
import check from './otel-initialised.ts';

const log = (lines: string[], available = true) => ({
  logs: {
    available: answers([
      { service: 'api' },
      { available, source: 'api.log', enable: 'set services.api.log' },
    ]),
    find: answers([
      { service: 'api' },
      ({ contains = '' }: { contains?: string }) => {
        const records = lines
          .map((raw, index) => ({ number: index + 1, raw, structured: true }))
          .filter(({ raw }) => raw.includes(contains));
        return { source: 'api.log', scanned: lines.length, matched: records.length, records };
      },
    ]),
  },
});

testCheck(
  check,
  {
    passes: [
      {
        when: 'a line says it',
        probes: log(['{"msg":"start"}', '{"msg":"OpenTelemetry initialized"}']),
        summary: 'line 2',
      },
      {
        when: 'a line says what the options want',
        probes: log(['tracing up']),
        options: { text: 'tracing up' },
      },
    ],
    fails: [
      { when: 'no line says it', code: 'not-logged', probes: log(['{"msg":"start"}']), actual: /none of 1/ },
      { when: 'there is no line', code: 'empty', probes: log([]) },
    ],
    skips: [{ when: 'the log cannot be read', probes: log([], false), enable: /services.api.log/ }],
  },
  { describe, it },
);

it('has the line as evidence', async () => {
  const line = 'OpenTelemetry initialized';
  expect(await evidenceOf(check, { probes: log(['start', line]) })).toEqual([
    { kind: 'lines', label: 'the line', source: 'api.log', lines: [{ number: 2, text: line }], total: 1 },
  ]);
});
