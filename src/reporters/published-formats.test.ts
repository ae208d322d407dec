/** What other tools require of the formats that they read: JUnit, CTRF and Allure. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Stage, Status, type TestResult } from 'allure-js-commons';
import { validateStrict } from 'ctrf';
import { describe, expect, it } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { packageRoot } from '../base/package-root.ts';
import type { CheckResult, RunResult } from '../check/result.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { loadFolderReporter, loadReporter, plainLook } from './index.ts';

const samples = Object.entries(sampleResults);
const trouble = sampleResults.trouble as RunResult;
const render = async (name: string, result: RunResult) =>
  (await loadReporter(name)).render(result, plainLook);

describe('JUnit', () => {
  it('is valid for every result', { timeout: 60_000 }, async () => {
    const schema = readFileSync(path.join(packageRoot, 'src/testing/junit.xsd'), 'utf8');
    const xml = await Promise.all(
      samples.map(async ([name, result]) => ({
        fileName: `${name}.xml`,
        contents: await render('junit', result),
      })),
    );
    const { valid, errors } = await validateXML({ xml, schema });
    expect(errors.map(({ rawMessage }) => rawMessage)).toEqual([]);
    expect(valid).toBe(true);
  });

  it('has the attempts of a check that passed at last as flaky, of one that failed as reruns', async () => {
    expect(await render('junit', trouble)).toContain(
      '<flakyFailure message="attempt 1: nil" type="lost"><stackTrace>attempt 1: nil',
    );
    const xml = await render('junit', sampleResults.labelled as RunResult);
    expect(xml.match(/<(failure|rerunFailure|rerunError) /g)).toEqual([
      '<failure ',
      '<rerunFailure ',
      '<rerunError ',
    ]);
    expect(xml).toContain('<property name="commit" value="0af7651916cd43dd8448eb211c80319c0af76519"/>');
  });

  it('has a case that fails where a shard is missing', async () => {
    expect(await render('junit', sampleResults.merged as RunResult)).toContain(
      '<error message="shard 3 of 3 is missing" type="incomplete">',
    );
  });
});

describe('CTRF', () => {
  it.each(samples)(
    'is valid: %s',
    async (_, result) => {
      const text = await render('ctrf', result);
      expect(() => validateStrict(JSON.parse(text))).not.toThrow();
      expect(JSON.parse(text).results.tests).toHaveLength(result.checks.length);
    },
    20_000,
  );

  it('counts what is waived or advisory as other, and what passed at last as flaky', async () => {
    const counts = async (name: string) =>
      JSON.parse(await render('ctrf', sampleResults[name] as RunResult)).results.summary;
    expect(await counts('waived')).toMatchObject({ tests: 4, passed: 1, failed: 0, other: 3 });
    expect(await counts('trouble')).toMatchObject({
      tests: 8,
      passed: 2,
      failed: 2,
      pending: 3,
      other: 1,
      flaky: 1,
    });
  });
});

describe('Allure', async () => {
  const allure = await loadFolderReporter('allure');
  const filesOf = (result: RunResult, look = plainLook) => allure.files(result, look);
  const resultsOf = (result: RunResult) =>
    Object.entries(filesOf(result))
      .filter(([name]) => name.endsWith('-result.json'))
      .map(([name, text]) => ({ file: name, ...(JSON.parse(String(text)) as TestResult) }));

  it.each(samples)('has a finished result for each attempt and check, named by its UUID: %s', (_, result) => {
    const results = resultsOf(result);
    const earlier = result.checks.reduce((sum, { attempts }) => sum + Math.max(0, attempts.length - 1), 0);
    expect(results.length).toBeGreaterThanOrEqual(result.checks.length + earlier);
    for (const { file, uuid, stage, status, start = 0, stop = -1 } of results) {
      expect(file).toBe(`${uuid}-result.json`);
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Object.values(Status)).toContain(status);
      expect(stage).toBe(Stage.FINISHED);
      expect(stop).toBeGreaterThanOrEqual(start);
    }
    expect(Object.keys(filesOf(structuredClone(result)))).toEqual(Object.keys(filesOf(result)));
  });

  it('has the attempts of one check under one history', () => {
    const ofCheck = resultsOf(trouble).filter(({ fullName }) => fullName === 'cache/round-trip');
    expect(ofCheck.map(({ status }) => status)).toEqual([Status.FAILED, Status.PASSED]);
    expect(new Set(ofCheck.map(({ historyId }) => historyId)).size).toBe(1);
  });

  it('fails no check that is waived or advisory, and has no run green that examined nothing', () => {
    const statuses = (name: string) =>
      resultsOf(sampleResults[name] as RunResult).map(({ status }) => status);
    expect(statuses('waived')).toEqual([Status.PASSED, Status.SKIPPED, Status.SKIPPED, Status.SKIPPED]);
    expect(statuses('all-skipped')).toEqual([Status.SKIPPED, Status.SKIPPED, Status.BROKEN]);
    expect(statuses('merged')).toContain(Status.BROKEN);
  });

  it('has pictures as they are, other evidence as JSON; each file is there', () => {
    const [first] = trouble.checks as [CheckResult];
    const shown: CheckResult = {
      ...first,
      evidence: [
        { kind: 'file', label: 'page', path: 'a.png', mediaType: 'image/png' },
        { kind: 'fact', label: 'a', value: 'b' },
      ],
    };
    const bytes = Buffer.from('picture');
    const files = filesOf({ ...trouble, checks: [shown] }, { ...plainLook, picture: () => bytes });
    const [, result] = Object.entries(files).find(([name]) => name.endsWith('-result.json')) as [
      string,
      string,
    ];
    const { attachments } = JSON.parse(result) as TestResult;
    expect(attachments.map(({ type }) => type)).toEqual(['image/png', 'application/json']);
    expect(attachments.map(({ source }) => files[source])).toEqual([
      bytes,
      '{"kind":"fact","label":"a","value":"b"}\n',
    ]);
  });
});
