import { beforeEach, describe, expect, it } from 'vitest';
import type { Runtime } from '../runners/runtime.ts';
import { SharedOutages } from './shared-outages.ts';

let calls: string[];
let failing: string | undefined;
let outages: SharedOutages;

beforeEach(() => {
  calls = [];
  failing = undefined;
  const note = (what: string) => async (service: string) => {
    calls.push(`${what} ${service}`);
    if (failing === what) throw new Error(`${what} failed`);
  };
  const control = { stop: note('stop'), start: note('start'), restart: note('restart') };
  outages = new SharedOutages(control as unknown as NonNullable<Runtime['control']>);
});

const turn = () => new Promise((done) => setImmediate(done));

/** An attempt that notes what of its calls has ended. */
function attempt(service = 'database') {
  const { control, leave } = outages.join(service);
  const end = new AbortController();
  const ended: string[] = [];
  const call = (what: 'stop' | 'start', name: string) =>
    control[what](name, end.signal).then(
      () => ended.push(what),
      (error) => ended.push(error.message),
    );
  return {
    ended,
    leave,
    abort: () => end.abort(new Error('aborted')),
    stop: (name = service) => void call('stop', name),
    start: (name = service) => void call('start', name),
  };
}

describe('an outage of a service', () => {
  it('begins once all have asked for it, and ends once all have asked for the service again', async () => {
    const [one, two] = [attempt(), attempt()];
    one.stop();
    await turn();
    expect(calls).toEqual([]);
    two.stop();
    await turn();
    expect([calls, one.ended, two.ended]).toEqual([['stop database'], ['stop'], ['stop']]);
    one.start();
    await turn();
    expect([calls, one.ended]).toEqual([['stop database'], ['stop']]);
    two.start();
    await turn();
    expect(calls).toEqual(['stop database', 'start database']);
    expect([one.ended, two.ended]).toEqual([
      ['stop', 'start'],
      ['stop', 'start'],
    ]);
  });

  it('does not wait for one that is over, before it asked or after', async () => {
    const [one, early, late] = [attempt(), attempt(), attempt()];
    one.stop();
    late.stop();
    await turn();
    expect(calls).toEqual([]);
    early.leave();
    await turn();
    expect(calls).toEqual(['stop database']);
    one.start();
    late.leave();
    await turn();
    expect([calls.at(-1), one.ended]).toEqual(['start database', ['stop', 'start']]);
  });

  it('is not shared with one that comes later, unless it lasts', async () => {
    const one = attempt();
    one.stop();
    await turn();
    const two = attempt();
    two.stop();
    one.start();
    await turn();
    expect([calls, two.ended]).toEqual([['stop database'], ['stop']]);
    two.start();
    await turn();
    expect(calls).toEqual(['stop database', 'start database']);
    one.leave();
    two.leave();
    const three = attempt();
    three.stop();
    await turn();
    expect(calls.at(-1)).toBe('stop database');
  });

  it('does not end while an attempt that was cut off still has what it stopped', async () => {
    const [one, two] = [attempt(), attempt()];
    one.stop();
    one.abort();
    two.stop();
    await turn();
    expect(one.ended).toEqual(['aborted']);
    two.start();
    await turn();
    expect(calls).toEqual(['stop database']);
    one.leave();
    await turn();
    expect(calls).toEqual(['stop database', 'start database']);
  });

  it('rejects for all that asked where the service cannot be stopped, and can be asked for again', async () => {
    failing = 'stop';
    const [one, two] = [attempt(), attempt()];
    one.stop();
    two.stop();
    await turn();
    expect([one.ended, two.ended]).toEqual([['stop failed'], ['stop failed']]);
    failing = undefined;
    one.stop();
    await turn();
    expect([calls, one.ended.at(-1)]).toEqual([['stop database', 'stop database'], 'stop']);
  });

  it('concerns no other service', async () => {
    const [one] = [attempt(), attempt(), attempt('cache')];
    one?.stop('cache');
    await turn();
    expect([calls, one?.ended]).toEqual([['stop cache'], ['stop']]);
  });
});
