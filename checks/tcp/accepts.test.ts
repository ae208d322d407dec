import { describe, expect, it } from 'vitest';
import { ProbeError } from '../../src/check/index.ts';
import { type FakeProbes, testCheck } from '../../src/check/tester.ts';
import { evidenceLabels } from '../../src/testing/evidence-labels.ts';
import accepts from './accepts.ts';

/** A host on which one port has a server. */
const listening = (openPort: number): FakeProbes => ({
  tcp: {
    connect: ({ host, port }) =>
      host === '127.0.0.1' && port === openPort
        ? { address: `${host}:${port}`, durationMs: 1 }
        : new ProbeError('ECONNREFUSED', `${host}:${port}: ECONNREFUSED, nothing listens there`),
  },
});
const stack = { services: { tcp: { kind: 'tcp', enabled: true, host: '127.0.0.1', port: 9000 } } };

testCheck(
  accepts,
  {
    passes: [
      {
        when: 'a connection is made',
        stack,
        probes: listening(9000),
        summary: '127.0.0.1:9000 accepts connections; what it answers was not examined',
      },
    ],
    fails: [
      {
        when: 'another port listens',
        code: 'refused',
        stack,
        probes: listening(9001),
        expected: 'a connection to 127.0.0.1:9000',
        actual: /^127\.0\.0\.1:9000: ECONNREFUSED/,
      },
      {
        when: 'no connection is made in time',
        code: 'refused',
        stack,
        probes: { tcp: { connect: new ProbeError('TIMEOUT', '127.0.0.1:9000: no connection within 4 s') } },
        actual: /no connection within 4 s/,
      },
    ],
  },
  { describe, it },
);

it('shows the address, or the error', async () => {
  const labels = (port: number) => evidenceLabels(accepts, { stack, probes: listening(port) });
  expect(await labels(9000)).toEqual(['pass', 'address']);
  expect(await labels(9001)).toEqual(['refused', 'error']);
});
