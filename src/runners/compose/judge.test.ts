import { describe, expect, it } from 'vitest';
import { type Container, parseContainers } from './containers.ts';
import { judge, nothingSeen } from './judge.ts';

const base = parseContainers(
  JSON.stringify([{ Id: 'c1', Name: '/x-db-1', Config: {}, State: { Status: 'running' } }]),
)[0] as Container;
const container = (further: Partial<Container>): Container => ({ ...base, ...further });
const service = { hasHealthCheck: true };

describe('judge', () => {
  it.each([
    ['a healthy one', { health: 'healthy' }, { verdict: 'ready' }],
    [
      'one whose health is not known yet',
      { health: 'starting' },
      { verdict: 'waiting', for: 'its health check' },
    ],
    ['an unhealthy one', { health: 'unhealthy' }, { verdict: 'failed', code: 'service-unhealthy' }],
    ['one without a health check that keeps running', {}, { verdict: 'ready' }],
    ['one that is to start', { status: 'created' }, { verdict: 'waiting', for: 'its start' }],
    [
      'one that cannot start',
      { status: 'created', error: 'exec: "x": not found' },
      { verdict: 'failed', code: 'service-cannot-start' },
    ],
    ['a one-shot that is done', { status: 'exited', exitCode: 0 }, { verdict: 'ready' }],
    [
      'one that failed',
      { status: 'exited', exitCode: 137 },
      { verdict: 'failed', code: 'service-exited', what: 'ended with exit code 137 (killed)' },
    ],
    [
      'one killed for memory',
      { status: 'exited', oomKilled: true },
      { verdict: 'failed', code: 'service-out-of-memory' },
    ],
    ['one that restarts for the first time', { status: 'restarting', restarts: 1 }, { verdict: 'waiting' }],
    ['one that restarts again and again', { restarts: 3 }, { verdict: 'failed', code: 'service-crash-loop' }],
  ] as [string, Partial<Container>, object][])('takes %s for what it is', (_, further, expected) => {
    expect(judge(service, [container(further)], nothingSeen)).toMatchObject(expected);
  });

  it('does not take a service of the contract that ended with 0 for done', () => {
    const ended = container({ status: 'exited', exitCode: 0 });
    expect(judge({ ...service, role: 'api' }, [ended], nothingSeen)).toMatchObject({
      code: 'service-exited',
    });
  });

  it('waits for a service without a health check to keep running, longer once it has crashed', () => {
    const runs = (forMs: number, exits: number[]) =>
      judge(service, [container({})], {
        ...nothingSeen,
        runsForMs: () => forMs,
        exits: new Map([['c1', exits]]),
      }).verdict;
    expect([runs(900, []), runs(1100, []), runs(1100, [1]), runs(3100, [1])]).toEqual([
      'waiting',
      'ready',
      'waiting',
      'ready',
    ]);
  });

  it('does not blame this start for restarts of before', () => {
    const seen = { ...nothingSeen, restartsBefore: new Map([['c1', 5]]) };
    expect(judge(service, [container({ restarts: 6 })], seen)).toEqual({ verdict: 'ready' });
  });

  it('waits for a container that is not there yet', () => {
    expect(judge(service, [], nothingSeen)).toEqual({ verdict: 'waiting', for: 'its container' });
  });
});
