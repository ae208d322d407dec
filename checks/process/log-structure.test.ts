import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { answers } from '../../src/testing/stub-probes.ts';
import logStructure from './log-structure.ts';

const summary = { lines: 4, structured: 4, offending: [], source: 'worker.log', shape: 'pino' };

const log = (over: object = {}, available = true) => ({
  logs: {
    available: answers([{ service: 'process' }, { available, source: 'worker.log', enable: 'start it' }]),
    summarize: answers([{ service: 'process' }, { ...summary, ...over } as never]),
  },
});

testCheck(
  logStructure,
  {
    passes: [{ when: 'each line is JSON', probes: log() }],
    fails: [
      {
        when: 'some lines are not',
        code: 'mixed',
        probes: log({ structured: 1 }),
      },
      {
        when: 'no line is',
        code: 'plain-text',
        probes: log({ structured: 0 }),
      },
      {
        when: 'there is no line',
        code: 'empty',
        probes: log({ lines: 0, structured: 0 }),
        hint: /services\.process\.log/,
      },
    ],
    skips: [
      {
        when: 'its log cannot be read',
        probes: log({}, false),
        reason: /cannot be read/,
        enable: 'start it',
      },
    ],
  },
  { describe, it },
);
