import { expect, it } from 'vitest';
import { exampleStack } from '../check/stack.ts';
import { makeCheck } from '../testing/make-check.ts';
import { createPlainProgress } from './plain-progress.ts';

const check = makeCheck({ id: 'web/build' });
const progressOf = (line: string) => ({ type: 'progress' as const, check, line });

it('writes the progress of a check behind its ID, and nothing that could steer a terminal or a CI log', async () => {
  let text = '';
  const lines = createPlainProgress({
    write: async (part) => {
      text += part;
    },
  });
  lines.listener({ type: 'run-start', checks: [check], stack: exampleStack, startedAt: '' });
  lines.listener({ type: 'check-start', check });
  lines.listener(progressOf('compiling'));
  lines.listener(progressOf('  '));
  lines.listener(progressOf('::error::\u001b]52;c;eA==\u0007done'));
  await lines.end();
  expect(text.split('\n')).toEqual([
    'web/build | compiling',
    expect.stringMatching(/^web\/build \| .*done$/),
    '',
  ]);
  expect(text).not.toMatch(/[\u001b\u0007]/);
});

it('leaves out lines, and says how many, where the reader is slow', async () => {
  const parts: string[] = [];
  let release = () => {};
  const lines = createPlainProgress({
    write: (part) => {
      parts.push(part);
      return new Promise((resolve) => {
        release = resolve;
      });
    },
  });
  for (let line = 0; line < 2000; line++) lines.listener(progressOf(`line ${line}`));
  const end = lines.end();
  release();
  await Promise.resolve();
  await Promise.resolve();
  release();
  await end;
  expect(parts[0]).toBe('web/build | line 0\n');
  expect(parts[1]).toMatch(/^… 1499 lines left out\nweb\/build \| line 1500\n/);
  expect(parts[1]?.endsWith('line 1999\n')).toBe(true);
});
