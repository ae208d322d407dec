import { expect, it } from 'vitest';
import { LogTail } from '../../logs/tail.ts';
import { followContainers } from './log-follower.ts';
import { createLogMemory, type TimedLine } from './log-memory.ts';

const { signal } = new AbortController();
const line = (time: string, text: string): TimedLine => ({
  service: 'api',
  time: `2026-01-05T${time}Z`,
  text,
});

/** The logs of containers by ID, whose lines a test adds. */
function openLogs() {
  const logs = new Map<string, TimedLine[]>([['one', []]]);
  const tooLong = new Set<string>();
  const follower = followContainers({
    containers: async () => [...logs.keys()],
    lines: async (id) => (tooLong.has(id) ? undefined : logs.get(id)),
  });
  const read = async (atMostBytes?: number) => {
    const parts = [];
    for await (const part of follower.next(signal, atMostBytes))
      parts.push(part instanceof Uint8Array ? Buffer.from(part).toString() : part);
    return parts;
  };
  return { logs, tooLong, follower, read };
}

it('gives each line once', async () => {
  const { logs, read } = openLogs();
  expect(await read()).toEqual([]);
  logs.get('one')?.push(line('09:00:00.1', 'a'), line('09:00:00.2', 'b'));
  expect(await read()).toEqual(['a\nb\n']);
  expect(await read()).toEqual([]);
  // One that the engine had not delivered yet.
  logs.get('one')?.push(line('09:00:00.15', 'late'));
  expect(await read()).toEqual(['late\n']);
});

it('gives the lines of several containers in the order of their time', async () => {
  const { logs, read } = openLogs();
  logs.set('two', [line('09:00:00.2', 'second')]);
  logs.get('one')?.push(line('09:00:00.1', 'first'), line('09:00:00.3', 'third'));
  expect(await read()).toEqual(['first\nsecond\nthird\n']);
});

it('begins anew once a container was replaced, and keeps what a further one is added to', async () => {
  const { logs, follower } = openLogs();
  const tail = new LogTail(follower);
  const texts = async () => (await tail.look(signal))?.lines.map(({ text }) => text);
  logs.get('one')?.push(line('09:00:00.1', 'old'));
  expect(await texts()).toEqual(['old']);
  logs.set('two', [line('09:00:00.2', 'added')]);
  expect(await texts()).toEqual(['old', 'added']);
  logs.delete('one');
  expect(await texts()).toEqual(['added']);
});

it('does not follow more than may be kept', async () => {
  const { logs, tooLong, read } = openLogs();
  logs.get('one')?.push(line('09:00:00.1', 'x'.repeat(60)));
  expect(await read(100)).toHaveLength(1);
  logs.get('one')?.push(line('09:00:00.2', 'x'.repeat(60)));
  expect(await read(100)).toEqual(['unfollowable']);
  tooLong.add('one');
  expect(await read()).toEqual(['unfollowable']);
});

it('shares one read among those who ask at the same moment', async () => {
  const memory = createLogMemory();
  const from: (number | undefined)[] = [];
  const read = async (fromMs: number | undefined) => {
    from.push(fromMs);
    return [line('09:00:00.1', 'a')];
  };
  const [first, second] = await Promise.all([memory.growing('one', read), memory.growing('one', read)]);
  expect(second).toBe(first);
  expect(from).toEqual([undefined]);
});
