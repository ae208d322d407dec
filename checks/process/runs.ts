import { defineCheck, fact, type ServiceFacts } from '../../src/check/index.ts';

/** Verifies that the process runs and has not been restarted since the stack was started. */
export default defineCheck({
  title: 'The process runs and has not been restarted',
  failureTitle: 'The process does not run, or did not run all the time',
  why: 'A worker has no address, so no one notices at once that its jobs are not processed.',
  judges: 'process',
  needs: ['service'],
  uses: ['process'],
  codes: {
    exited: {
      headline: 'The process has ended',
      means: 'the process has ended',
      hint: 'meatymusic logs process --tail 20; meatymusic up starts it again',
    },
    missing: {
      headline: 'The process does not exist',
      means: 'there is no such process',
      hint: 'meatymusic up',
    },
    'not-ready': {
      headline: 'The process does not become ready',
      means: 'the process runs and is not ready',
      hint: 'meatymusic logs process --tail 20',
    },
    unhealthy: {
      headline: 'The process fails its health check',
      means: 'its health check fails',
      hint: 'meatymusic logs process --tail 20',
    },
    restarted: {
      headline: 'The process was restarted',
      means: 'it ended and was restarted',
      hint: 'meatymusic logs process --tail 50',
    },
  },
  sabotage: [{ name: 'the process is stopped', code: 'exited', kind: 'stop', service: 'process' }],
  async run({ service, pass, fail, skip }) {
    const facts = await service.status({ service: 'process' });
    const evidence = [fact('status', textOf(facts))];
    const found = { expected: 'a process that runs since its start', actual: textOf(facts), evidence };
    if (facts.state === 'unknown')
      return skip(
        'meatymusic did not start it, and it has no address at which it could be asked',
        'services.process.start: { command } or { compose }',
      );
    if (facts.state === 'exited') return fail('exited', found);
    if (facts.state === 'missing') return fail('missing', found);
    if ((facts.restarts ?? 0) > 0) return fail('restarted', found);
    if (facts.state === 'starting') return fail('not-ready', found);
    if (facts.state === 'unhealthy') return fail('unhealthy', found);
    const unexamined = facts.restarts === undefined ? '; whether it was restarted is not known' : '';
    return pass(`${textOf(facts)}${unexamined}`, { count: 1, what: 'process' }, evidence);
  },
});

function textOf({ state, exitCode, restarts, note }: ServiceFacts): string {
  const how = state === 'exited' && exitCode !== undefined ? `exited (${exitCode})` : state;
  const restarted = restarts ? `, ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}` : '';
  return `${how}${restarted}${note ? ` (${note})` : ''}`;
}
