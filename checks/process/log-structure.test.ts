import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import logStructure from './log-structure.ts';

const log = { available: true, source: 'worker.log' };

const summary = { lines: 4, structured: 4, offending: [], source: 'worker.log', shape: 'pino' };

testCheck(
  logStructure,
  {
    passes: [
      { when: 'each line is JSON', probes: { logs: { available: log, summarize: summary as never } } },
    ],
    fails: [
      {
        when: 'some lines are not',
        code: 'mixed',
        probes: { logs: { available: log, summarize: { ...summary, structured: 1 } as never } },
      },
      {
        when: 'no line is',
        code: 'plain-text',
        probes: { logs: { available: log, summarize: { ...summary, structured: 0 } as never } },
      },
      {
        when: 'there is no line',
        code: 'empty',
        probes: { logs: { available: log, summarize: { ...summary, lines: 0, structured: 0 } as never } },
        hint: /services\.process\.log/,
      },
    ],
    skips: [
      { when: 'its log cannot be read', probes: { logs: { available: { available: false, source: '' } } } },
    ],
  },
  { describe, it },
);
