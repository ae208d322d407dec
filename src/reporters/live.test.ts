import { describe, expect, it, vi } from 'vitest';
import { awaitUntil } from '../base/await-until.ts';
import type { CheckResult } from '../check/result.ts';
import { exampleStack } from '../check/stack.ts';
import { makeCheck } from '../testing/make-check.ts';
import { createTerminal } from '../testing/terminal.ts';
import { createLiveProgress } from './live.ts';

const checks = ['api/health', 'cache/ping', 'cache/round-trip'].map((id) => makeCheck({ id }));

function begin() {
  const terminal = createTerminal();
  const live = createLiveProgress(terminal);
  live.listener({ type: 'run-start', checks, stack: exampleStack, startedAt: '' });
  return { live, terminal };
}

describe('createLiveProgress', () => {
  it('shows for each area how far it is and what runs, and takes it away at the end', async () => {
    const { live, terminal } = begin();
    live.listener({ type: 'check-start', check: checks[1]! });
    live.listener({ type: 'check-start', check: checks[2]! });
    live.listener({ type: 'check-end', check: checks[0]!, result: { status: 'fail' } as CheckResult });
    await awaitUntil(() => (terminal.lines().length > 1 ? true : undefined), {
      what: 'a picture',
      withinMs: 5000,
    });
    expect(terminal.lines()).toEqual([
      '✖ api    1/1 1 failed',
      expect.stringMatching(/^. cache {2}0\/2 {2}\(2\) cache\/ping holds$/),
      expect.stringMatching(/ (ms|s)$/),
    ]);
    await live.end();
    expect(terminal.lines().join('')).toBe('');
  });

  it('shows the last progress line of a long call, until its check ends', async () => {
    const { live, terminal } = begin();
    const row = async (wanted: RegExp) =>
      expect(
        await awaitUntil(() => terminal.lines().find((line) => wanted.test(line)), {
          what: 'a row',
          withinMs: 5000,
        }),
      ).toMatch(wanted);
    live.listener({ type: 'check-start', check: checks[1]! });
    for (const line of ['first line', 'second line', '']) {
      live.listener({ type: 'progress', check: checks[1]!, line });
    }
    await row(/cache {2}0\/2 {2}ping: second line$/);
    live.listener({ type: 'check-start', check: checks[2]! });
    live.listener({ type: 'check-end', check: checks[1]!, result: { status: 'pass' } as CheckResult });
    await row(/cache {2}1\/2 {2}cache\/round-trip holds$/);
    await live.end();
  });

  it('does not flicker when the run is over in a moment', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    const { live, terminal } = begin();
    await vi.advanceTimersByTimeAsync(100);
    await live.end();
    expect(terminal.lines()).toEqual(['']);
    vi.useRealTimers();
  });
});
