import { describe, expect, it } from 'vitest';
import type { LogSummary } from '../../src/check/index.ts';
import { testCheck, verdictOf } from '../../src/check/tester.ts';
import { evidenceOf } from '../../src/testing/evidence-labels.ts';
import { answers } from '../../src/testing/stub-probes.ts';
import check from './log-structure.ts';

const log = (summary: Partial<LogSummary>, available = true) => ({
  logs: {
    available: answers([
      { service: 'api' },
      { available, source: 'api.log', enable: 'set services.api.log' },
    ]),
    summarize: answers([
      { service: 'api' },
      {
        source: 'api.log',
        lines: 100,
        structured: 100,
        withTraceId: 90,
        shape: 'pino',
        offending: [],
        ...summary,
      },
    ]),
  },
});
const banner = { number: 7, raw: 'INFO: started', structured: false };

testCheck(
  check,
  {
    passes: [
      { when: 'each line is JSON', probes: log({}), summary: '100 % of 100 lines, pino' },
      {
        when: 'each line is JSON within the frame of a collector',
        probes: log({ frame: 'Docker json-file' }),
        summary: '100 % of 100 lines, pino, in Docker json-file',
      },
      {
        when: 'as many are as the options want',
        probes: log({ structured: 60, offending: [banner] }),
        options: { minStructured: 0.5 },
      },
    ],
    fails: [
      {
        when: 'there is no line but those of the program that started it',
        code: 'empty',
        probes: log({ lines: 0, structured: 0, wrapperLines: 2 }),
        actual: 'the log holds no line; 2 of the program that started it apart',
      },
      { when: 'there is no line', code: 'empty', probes: log({ lines: 0, structured: 0 }) },
      {
        when: 'no line is JSON',
        code: 'plain-text',
        probes: log({ structured: 0, shape: 'plain', offending: [banner] }),
      },
      {
        when: 'lines of the server are mixed in',
        code: 'mixed',
        probes: log({ structured: 98, offending: [banner] }),
        actual: /98 of 100/,
      },
      {
        when: 'one in 1,001 is missing and all are wanted',
        code: 'mixed',
        options: { minStructured: 1 },
        probes: log({ lines: 1001, structured: 1000 }),
        actual: /99\.9 %/,
      },
    ],
    skips: [{ when: 'the log cannot be read', probes: log({}, false), enable: /services.api.log/ }],
  },
  { describe, it },
);

it('shows the lines that are not JSON, and how many there are', async () => {
  const mixed = { structured: 98, offending: [banner] };
  const shown = { source: 'api.log', lines: [{ number: 7, text: 'INFO: started' }], total: 2 };
  expect(await evidenceOf(check, { probes: log(mixed) })).toMatchObject([shown]);
  const options = { minStructured: 0.5 };
  expect(await evidenceOf(check, { probes: log(mixed), options })).toMatchObject([shown]);
  expect(await evidenceOf(check, { probes: log({}) })).toEqual([]);
});

it('takes the share that is wanted as enough', async () => {
  const probes = log({ structured: 50, lines: 100 });
  expect(await verdictOf(check, { probes, options: { minStructured: 0.5 } })).toMatchObject({
    status: 'pass',
    summary: '50 % of 100 lines, pino',
  });
});
