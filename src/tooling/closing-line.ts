import type { Reporter, TestModule } from 'vitest/node';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Ends the output with the skipped tests, each group once, and one plain line: `tests: 12 passed, 0 failed, 1 skipped`.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts: Counts = { passed: 0, failed: errors.length, skipped: 0 };
    const skippedGroups = new Map<string, number>();
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) {
        const state = test.result().state;
        if (state === 'passed') counts.passed++;
        else if (state === 'failed') counts.failed++;
        else {
          counts.skipped++;
          const group = `${module.relativeModuleId}: ${test.parent.type === 'suite' ? test.parent.fullName : test.name}`;
          skippedGroups.set(group, (skippedGroups.get(group) ?? 0) + 1);
        }
      }
      if (module.state() === 'failed' && !tests.some((test) => test.result().state === 'failed'))
        counts.failed++;
    }
    const { passed, failed, skipped } = counts;
    const lines = [...skippedGroups].map(([group, count]) => `skipped ${count}: ${group}`);
    lines.push(`tests: ${passed} passed, ${failed} failed, ${skipped} skipped`);
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}
