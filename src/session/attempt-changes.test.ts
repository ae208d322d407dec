import { beforeEach, describe, expect, it } from 'vitest';
import type { PostgresProbe } from '../check/probes.ts';
import type { ServiceName } from '../check/stack.ts';
import { AttemptChanges } from './attempt-changes.ts';
import type { Change } from './change.ts';

let log: string[];
let failing: string | undefined;
beforeEach(() => {
  log = [];
  failing = undefined;
});

const act = async (what: string) => {
  log.push(what);
  if (what === failing) throw new Error('it does not work');
};
const control = {
  stop: (service: ServiceName) => act(`stop ${service}`),
  start: (service: ServiceName) => act(`start ${service}`),
  restart: (service: ServiceName) => act(`restart ${service}`),
};
const ledger = {
  record({ what, undo }: Change) {
    log.push(`record ${undo.kind}: ${what}`);
    return { remove: () => void log.push('remove') };
  },
};
const changes = () =>
  new AttemptChanges(
    { runtime: { name: 'embedded', control }, base: () => Promise.reject(new Error('no database')) },
    ledger,
    'shop/one',
  );
const signal = new AbortController().signal;

describe('the changes of an attempt', () => {
  it('records a stop before it is made, and forgets it when the check starts the service itself', async () => {
    const attempt = changes();
    const watched = attempt.control(control, () => log.push('changed'));
    await watched.stop('cache', signal);
    expect(attempt.left()).toMatch(/^cache is stopped \(shop\/one\)/);
    await watched.start('cache', signal);
    expect(attempt.left()).toBeUndefined();
    await attempt.restore();
    const stop = ['record start: cache is stopped (shop/one)', 'changed', 'stop cache'];
    expect(log).toEqual([...stop, 'start cache', 'remove', 'changed']);
  });

  it('starts again what the check left stopped', async () => {
    const attempt = changes();
    await attempt.control(control, () => {}).stop('database', signal);
    await attempt.restore();
    expect(log.slice(-2)).toEqual(['start database', 'remove']);
    expect(attempt.left()).toBeUndefined();
  });

  it('waits for the end of a stop that was cut off before it starts the service', async () => {
    const attempt = changes();
    failing = 'stop cache';
    await expect(attempt.control(control, () => {}).stop('cache', signal)).rejects.toThrow();
    failing = undefined;
    await attempt.restore();
    expect(log.slice(-3)).toEqual(['stop cache', 'start cache', 'remove']);
  });

  it('reports what it could not restore, and keeps the record', async () => {
    const attempt = changes();
    await attempt.control(control, () => {}).stop('cache', signal);
    failing = 'start cache';
    await expect(attempt.restore()).rejects.toThrow(
      'it does not work; cache is stopped (shop/one): the next `meatymusic` call repairs it',
    );
    expect(log).not.toContain('remove');
  });

  it('records the rows of a session before its steps run', async () => {
    const probe = {
      session: async (session: unknown) => {
        log.push(`session ${JSON.stringify(session)}`);
        return [];
      },
    } as unknown as PostgresProbe;
    const watched = changes().postgres(probe);
    await watched.session({ steps: [{ sql: 'select 1' }] });
    await watched.session({ steps: [{ sql: 'insert' }], undo: [{ sql: 'delete' }] });
    expect(log).toEqual([
      'session {"steps":[{"sql":"select 1"}]}',
      'record sql: rows of a check are in the database (shop/one)',
      'session {"steps":[{"sql":"insert"}]}',
    ]);
  });

  it('changes nothing once the attempt is over', async () => {
    const attempt = changes();
    await attempt.restore();
    await expect(attempt.control(control, () => {}).stop('cache', signal)).rejects.toThrow(
      'the attempt is over',
    );
    expect(log).toEqual([]);
  });
});
