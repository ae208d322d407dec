import { describe, expect, it } from 'vitest';
import type { ProbeError } from '../check/probes.ts';
import { budgetOf } from './budget.ts';

/** Resolves to the code of a call that gets no answer, and to what the attempt heard of it. */
async function unanswered(leftMs: number, timeoutMs: number, askedMs?: number) {
  const late: string[] = [];
  const context = {
    signal: new AbortController().signal,
    remainingMs: () => leftMs,
    timeoutMs,
    outOfTime: (what: string) => late.push(what),
  };
  const { code } = await new Promise<ProbeError>((resolve) => {
    budgetOf(context, () => 'no answer', askedMs).watch(resolve);
  });
  return { code, late };
}

describe('a call of a probe without an answer', () => {
  it('says nothing about the service when it began with hardly any time left', async () => {
    expect(await unanswered(20, 5000)).toEqual({ code: 'OUT_OF_TIME', late: ['no answer within 19 ms'] });
  });

  it.each([
    ['the whole attempt is short', 20, 100, undefined],
    ['the check itself asked for no more', 20, 5000, 10],
  ])('is a timeout of the service where %s', async (_why, leftMs, timeoutMs, askedMs) => {
    expect(await unanswered(leftMs, timeoutMs, askedMs)).toEqual({ code: 'TIMEOUT', late: [] });
  });
});
