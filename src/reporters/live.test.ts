import { describe, expect, it, vi } from 'vitest';
import type { CheckResult } from '../check/result.ts';
import { exampleStack } from '../check/stack.ts';
import { makeCheck } from '../testing/make-check.ts';
import { createLiveProgress } from './live.ts';

const checks = ['api/health', 'cache/ping', 'cache/round-trip'].map((id) => makeCheck({ id }));

function begin() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  let text = '';
  const live = createLiveProgress({
    columns: 80,
    color: false,
    write: async (part) => {
      text += part;
    },
  });
  live.listener({ type: 'run-start', checks, stack: exampleStack, startedAt: '' });
  return { live, text: () => text };
}

describe('createLiveProgress', () => {
  it('shows for each area how far it is and what runs, and takes it away at the end', async () => {
    const { live, text } = begin();
    live.listener({ type: 'check-start', check: checks[1]! });
    live.listener({ type: 'check-end', check: checks[0]!, result: { status: 'fail' } as CheckResult });
    await vi.advanceTimersByTimeAsync(150);
    expect(text()).toContain('✖ api    1/1 1 failed');
    expect(text()).toMatch(/cache {2}0\/2 {2}cache\/ping holds/);
    await live.end();
    expect(text().endsWith('\x1b[3A\x1b[0J\x1b[?25h')).toBe(true);
    vi.useRealTimers();
  });

  it('does not flicker when the run is over in a moment', async () => {
    const { live, text } = begin();
    await vi.advanceTimersByTimeAsync(100);
    await live.end();
    expect(text()).toBe('');
    vi.useRealTimers();
  });
});
