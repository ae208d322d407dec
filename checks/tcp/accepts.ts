import { attempt, defineCheck, fact } from '../../src/check/index.ts';

/** Verifies that the server accepts connections. What it answers on them is not examined: its protocol is not known. */
export default defineCheck({
  title: 'The server accepts connections',
  failureTitle: 'The server does not accept connections',
  why: 'If it does not, what other services send to it is lost, or waits unnoticed.',
  judges: 'tcp',
  needs: ['tcp'],
  uses: ['tcp'],
  codes: {
    refused: { means: 'no connection could be made', hint: 'meatymusic status; meatymusic logs tcp' },
  },
  sabotage: [{ name: 'the server is stopped', code: 'refused', kind: 'stop', service: 'tcp' }],
  async run({ tcp, stack, pass, fail }) {
    const { host = '', port = 0 } = stack.services.tcp ?? {};
    const { value, failure } = await attempt(tcp.connect({ host, port }));
    if (!value) {
      return fail('refused', {
        expected: `a connection to ${host}:${port}`,
        actual: failure.message,
        evidence: [fact('error', failure.code)],
      });
    }
    return pass(
      `${value.address} accepts connections; what it answers was not examined`,
      { count: 1, what: 'connection' },
      [fact('address', value.address)],
    );
  },
});
