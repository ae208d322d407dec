import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createRedactor } from '../base/redact.ts';
import { createOutput } from './output.ts';

const outputOf = (stream: { isTTY?: boolean; columns?: number }, env: Record<string, string> = {}) =>
  createOutput(Object.assign(new PassThrough(), stream) as unknown as NodeJS.WriteStream, {
    redact: createRedactor(),
    env,
    plain: false,
    signal: new AbortController().signal,
    onLost() {},
  });

it('is as wide as the window, also where nothing may be redrawn or coloured', () => {
  expect(outputOf({ isTTY: true, columns: 40 })).toMatchObject({
    columns: 40,
    isTerminal: true,
    color: true,
  });
  const plain = { columns: 40, isTerminal: false, color: false };
  expect(outputOf({ isTTY: true, columns: 40 }, { NO_COLOR: '1' })).toMatchObject(plain);
  expect(outputOf({ isTTY: true, columns: 40 }, { TERM: 'dumb' })).toMatchObject(plain);
});

it('takes lines of any length where there is no window', () => {
  expect(outputOf({}).columns).toBe(Number.POSITIVE_INFINITY);
});
