import { describe, expect, it } from 'vitest';
import { absenceOfContainer, absenceOfPort } from './absence.ts';
import type { Container } from './containers.ts';

const container = (over: Partial<Container>) =>
  ({ name: 'shop-redis-1', exitCode: 0, oomKilled: false, ...over }) as Container;
const reasonOf = (over: Partial<Container>) => absenceOfContainer('redis', 'cache', container(over)).reason;

describe('the reason for which a service has no address', () => {
  it.each([
    [{ status: 'exited', exitCode: 1 }, 'container shop-redis-1 exited (1)'],
    [{ status: 'exited' }, 'container shop-redis-1 exited (0)'],
    [
      { status: 'exited', exitCode: 137, oomKilled: true },
      'container shop-redis-1 exited (137, killed for memory)',
    ],
    [{ status: 'dead', exitCode: 2 }, 'container shop-redis-1 exited (2)'],
    [{ status: 'restarting', exitCode: 3 }, 'container shop-redis-1 is restarting: it exited (3)'],
    [{ status: 'paused' }, 'container shop-redis-1 is paused'],
    [{ status: 'created' }, 'container shop-redis-1 is created, not running'],
    [{ status: 'removing' }, 'container shop-redis-1 is removing, not running'],
  ])('is the state of its container: %o', (over, reason) => {
    expect(reasonOf(over)).toBe(reason);
  });

  it('is a container that is missing', () => {
    expect(absenceOfContainer('redis', 'cache', undefined)).toEqual({
      code: 'not-running',
      reason: 'there is no container of redis',
      hint: '`meatymusic up` starts it',
    });
  });

  it.each([
    ['shop_default', 'the service redis runs, but publishes no port: it cannot be reached from here'],
    ['host', 'the service redis runs with network_mode host: which port is its own cannot be known'],
    [
      'container:abc',
      'the service redis runs with network_mode container: which port is its own cannot be known',
    ],
  ])('is a port that is not published, in network mode %s', (networkMode, reason) => {
    expect(absenceOfPort('redis', 'cache', { networkMode }, 6379)).toMatchObject({
      code: 'port-not-published',
      reason,
    });
  });
});
