import { describe, expect, it } from 'vitest';
import { pageOf } from '../check/page-of.ts';
import type { CheckResult, RunResult } from '../check/result.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { folderReporterNames, loadFolderReporter, loadReporter, plainLook, reporterNames } from './index.ts';

const extensions: Record<string, string> = {
  pretty: 'txt',
  jsonl: 'jsonl',
  junit: 'xml',
  github: 'github.txt',
  markdown: 'md',
  prometheus: 'prom',
  ctrf: 'ctrf.json',
};

describe.each(Object.entries(sampleResults))('a run with the result "%s"', (scenario, result) => {
  it.each(reporterNames)('looks like its golden file in the format %s', async (name) => {
    const reporter = await loadReporter(name);
    const text = reporter.render(result, plainLook);
    expect(reporter.render(structuredClone(result), plainLook)).toBe(text);
    const file = `golden/${scenario}.${result.exitCode}.${extensions[name] ?? name}`;
    await expect(text).toMatchFileSnapshot(file);
  });
});

/** Metrics have no place for it. */
const linking = [...reporterNames, ...folderReporterNames].filter((name) => name !== 'prometheus');

it.each(linking)('leads from a failure to the page of its check in the format %s', async (name) => {
  const { trouble } = sampleResults;
  const checks = trouble!.checks.map((check) =>
    check.status === 'fail' ? { ...check, page: pageOf(check) } : check,
  );
  const result = { ...trouble!, checks } as RunResult;
  const reporter = folderReporterNames.includes(name)
    ? await loadFolderReporter(name)
    : await loadReporter(name);
  const text =
    'files' in reporter
      ? Object.values(reporter.files(result, plainLook)).join('\n')
      : reporter.render(result, plainLook);
  const failed = checks.filter((check) => check.status === 'fail');
  expect(failed.length).toBeGreaterThan(1);
  const link = (check: CheckResult) =>
    name === 'pretty' ? `meatymusic checks explain ${check.id}` : pageOf(check);
  expect(failed.map(link).filter((each) => !text.includes(each!))).toEqual([]);
});

describe('pretty', async () => {
  const pretty = await loadReporter('pretty');
  const trouble = sampleResults.trouble!;
  const passed = (check: CheckResult): CheckResult => ({
    ...check,
    status: 'pass',
    title: `${check.title}, and so does all that a person with a small window has to know of it`,
    summary: 'seen, counted and compared with what was written down, down to the last one',
  });

  describe.each([40, 60, 80])('at %i columns', (columns) => {
    const allWell = { ...trouble, checks: trouble.checks.map(passed) };

    it.each([
      ['failures', trouble],
      ['passes', allWell],
    ])('keeps every line of %s within the window', (_, result) => {
      const lines = pretty.render(result, { ...plainLook, columns }).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    });

    it.each([
      ['failures', trouble],
      ['passes', allWell],
    ])('has the same words for %s as on a wide window', (_, result) => {
      // The drawing of spans takes what room there is.
      const words = (width: number) =>
        pretty
          .render(result, { ...plainLook, columns: width })
          .replace(/\|[ █]+\|/g, '')
          .split(/\s+/);
      expect(words(columns)).toEqual(words(120));
    });
  });

  it('shows the failures and the summary on one screen of 24 lines, with one failure and a hundred passes', () => {
    const [health] = trouble.checks;
    const failure = trouble.checks.find(({ id }) => id === 'database/connects')!;
    const passes = Array.from({ length: 100 }, (_, index) => ({ ...health!, id: `api/${index}` }));
    const text = pretty.render({ ...trouble, checks: [...passes, failure] }, plainLook);
    expect(text.split('\n').length).toBeLessThanOrEqual(24);
  });

  it('prints the closing line alone for a run without failures, with quiet', () => {
    expect(pretty.render(sampleResults['all-well']!, { ...plainLook, quiet: true })).toMatchInlineSnapshot(`
      "✔ 2 passed, 1 skipped in 1.23 s · embedded stack
      "
    `);
  });

  it('shows what failed, broke or was blocked and nothing else, with quiet', () => {
    const text = pretty.render(trouble, { ...plainLook, quiet: true });
    expect(text).toMatchInlineSnapshot(`
      "◌ api            1 blocked
        ◌ 1 blocked by database/connects
      ✖ database       1 failed, 2 blocked
        ✖ PostgreSQL does not accept connections            database/connects [unreachable]
            expected   a connection to localhost:5432
            found      ECONNREFUSED 127.0.0.1:5432, [::1]:5432
            evidence   dialled: 127.0.0.1:5432, [::1]:5432
                       .meatymusic/logs/database.log (412 lines)
                         412 │ FATAL: the database system is shutting down
            next       meatymusic status; meatymusic logs database
            more       meatymusic checks explain database/connects
        ◌ 2 blocked by database/connects
      ✖ observability  1 failed, 1 advisory
        ✖ The log is not structured JSON
            observability/log-structure [unstructured] advisory
            expected   at least 99 % of the lines are JSON
            found      3 of 120 lines are not (97.5 %)
            next       set LOG_FORMAT=json
            more       meatymusic checks explain observability/log-structure
        ✖ One request is not one trace                      observability/trace-propagates [broken-trace]
            expected   one tree of spans under the sent span
            found      meatymusic-api starts a trace of its own
            evidence   span              service             start    length  status
                       aaaaaaaaaaaaaaaa (sent)
                       └ GET /dashboard  meatymusic-web   +0.00 ms  40.00 ms          |██████████████████|
                         └ fetch         meatymusic-web   +5.00 ms  30.00 ms          |  ██████████████  |
                       └ GET /api/v1/me  meatymusic-api  +10.00 ms  20.00 ms          |    █████████     |
                         ← parent eeeeeeeeeeeeeeee was never seen
            more       meatymusic checks explain observability/trace-propagates

      ✖ 2 failed, 3 blocked, 2 passed, 1 advisory, 1 flaky in 1.23 s · embedded stack
      "
    `);
    for (const { title, status } of trouble.checks) if (status === 'pass') expect(text).not.toContain(title);
  });

  it('lists the addresses of an external stack', () => {
    const external = { ...trouble, stack: { ...trouble.stack, runtime: 'external' as const } };
    expect(
      pretty.render(external, plainLook).trimEnd().split('\n').slice(-2).join('\n'),
    ).toMatchInlineSnapshot(`
      "  api http://localhost:8000 · web http://localhost:3000 · database localhost:5432/meatymusic · cache
        localhost:6379"
    `);
    const declared = trouble.checks.map((check) => ({ ...check, source: 'checks.yaml:3' }));
    expect(pretty.render({ ...external, checks: declared }, plainLook)).not.toContain('· database');
  });

  it('uses colours only where they are asked for', () => {
    expect(pretty.render(trouble, plainLook)).not.toContain('\x1b');
    expect(pretty.render(trouble, { ...plainLook, color: true })).toContain('\x1b[31m');
  });
});

it('marks an area as skipped of which nothing ran', async () => {
  const { trouble } = sampleResults;
  const [first] = trouble!.checks;
  const skipped = {
    ...first,
    id: 'zoo/one',
    area: 'zoo',
    status: 'skip',
    reason: 'it is off',
  } as CheckResult;
  const checks = [...trouble!.checks, skipped];
  const text = (await loadReporter('pretty')).render({ ...trouble!, checks } as RunResult, plainLook);
  expect(text).toMatch(/^○ zoo +1 skipped$/m);
});
