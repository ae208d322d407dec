/** Shapes of lines from public logs, documentation and other tools' tables, with other values: the share that is found, and of false alarms. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { analyserTools, LogAnalyser } from './analyser.ts';

const linesOf = (name: string) =>
  readFileSync(new URL(`fixtures/${name}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean);

const tools = analyserTools({});
const hasSecret = (line: string) => {
  const analyser = new LogAnalyser({}, tools);
  analyser.push(Buffer.from(`${line}\n`));
  return Object.keys(analyser.end().secrets).length > 0;
};

it('finds at least 93 in a hundred secrets', () => {
  const lines = linesOf('lines-with-secrets');
  const missed = lines.filter((line) => !hasSecret(line));
  expect(missed.length / lines.length, missed.join('\n')).toBeLessThanOrEqual(0.07);
});

it('takes at most 1 in a hundred harmless lines for a secret', () => {
  const lines = linesOf('lines-without-secrets');
  const alarms = lines.filter(hasSecret);
  expect(alarms.length / lines.length, alarms.join('\n')).toBeLessThanOrEqual(0.01);
});
