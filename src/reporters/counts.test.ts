import { describe, expect, it } from 'vitest';
import type { CheckResult, RunResult } from '../check/result.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { loadReporter, plainLook } from './index.ts';
import { closingWords } from './summary-words.ts';

const trouble = sampleResults.trouble as RunResult;
const failure = trouble.checks.find(({ id }) => id === 'database/connects') as CheckResult;
const advisory = trouble.checks.find(({ level }) => level === 'advisory') as CheckResult;

describe('counts', () => {
  it.each(Object.entries(sampleResults))('of JUnit are those of its cases: %s', async (_, result) => {
    const xml = (await loadReporter('junit')).render(result, plainLook);
    const counted = (head: string, name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1]);
    const elements = (text: string, name: string) => text.match(new RegExp(`<${name}\\b`, 'g'))?.length ?? 0;
    const cases = (text: string) => ({
      tests: elements(text, 'testcase'),
      failures: elements(text, 'failure'),
      errors: elements(text, 'error'),
    });
    const [head = ''] = /<testsuites[^>]*>/.exec(xml) ?? [];
    const countsOf = (text: string) => ({
      tests: counted(text, 'tests'),
      failures: counted(text, 'failures'),
      errors: counted(text, 'errors'),
    });
    expect(countsOf(head)).toEqual(cases(xml));
    for (const [suite] of xml.matchAll(/<testsuite [\s\S]*?<\/testsuite>/g)) {
      expect({ ...countsOf(suite), skipped: counted(suite, 'skipped') }).toEqual({
        ...cases(suite),
        skipped: elements(suite, 'skipped'),
      });
    }
  });

  it('keep an advisory failure apart from those that fail the run', () => {
    const summary = {
      total: 3,
      pass: 2,
      fail: 1,
      skip: 0,
      error: 0,
      blocked: 0,
      waived: 0,
      known: 0,
      flaky: 0,
      excluded: 0,
      advisory: 1,
    };
    expect(closingWords({ summary })).toBe('2 passed, 1 advisory');
  });
});

describe('annotations of GitHub', () => {
  it('are the ten worst, and a notice counts the others', async () => {
    const repeated = (check: CheckResult, count: number) =>
      Array.from({ length: count }, (_, at) => ({ ...check, id: `${check.id}-${at}` }));
    const checks = [...repeated(advisory, 5), ...repeated(failure, 8)];
    const text = (await loadReporter('github')).render({ ...trouble, checks }, plainLook);
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line) => /^::(\w+)/.exec(line)?.[1])).toEqual([
      ...Array(8).fill('error'),
      ...Array(2).fill('warning'),
      'notice',
    ]);
    expect(lines.at(-1)).toContain('3 of 13 failures are not annotated');
  });

  it('are cut to what a page shows', async () => {
    const checks = [{ ...failure, actual: 'x'.repeat(5000) }];
    const text = (await loadReporter('github')).render({ ...trouble, checks }, plainLook);
    expect(text.length).toBeLessThan(2000);
  });
});
