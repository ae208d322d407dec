/** The page in a real browser: what it shows, that it is accessible, and that hostile text stays text. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckResult, RunResult } from '../../check/result.ts';
import { chromiumMissing, chromiumPath } from '../../testing/chromium.ts';
import { sampleResults } from '../../testing/sample-results.ts';
import { plainLook } from '../reporter.ts';
import { htmlReport } from './index.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const trouble = sampleResults.trouble as RunResult;
const large: RunResult = {
  ...trouble,
  checks: Array.from({ length: 600 }, (_, index) => ({
    ...(trouble.checks[index % trouble.checks.length] as CheckResult),
    id: `area-${index % 20}/check-${index}`,
    area: `area-${index % 20}`,
    blockedBy: index % 8 === 2 ? ['area-1/check-1'] : [],
  })),
};

let folder: string;
let browser: Browser;

beforeAll(async () => {
  if (chromiumMissing) return;
  folder = mkdtempSync(path.join(tmpdir(), 'html-'));
  browser = await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

interface Shown {
  page: Page;
  /** Errors, refusals of the policy, dialogs and requests beside the file itself. */
  incidents: string[];
}

async function show(
  result: RunResult,
  options: Parameters<Browser['newContext']>[0] = {},
  look = plainLook,
): Promise<Shown> {
  const file = path.join(folder, 'report.html');
  writeFileSync(file, htmlReport.render(result, look));
  const page = await (await browser.newContext(options)).newPage();
  const incidents: string[] = [];
  page.on('console', (message) => incidents.push(message.text()));
  page.on('pageerror', (error) => incidents.push(error.message));
  page.on('dialog', (dialog) => {
    incidents.push(dialog.message());
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== pathToFileURL(file).href) incidents.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);
  return { page, incidents };
}

const visible = (page: Page) =>
  page.$$eval('details.check', (nodes) =>
    nodes.filter((node) => !(node as unknown as { hidden: boolean }).hidden).map((node) => node.id),
  );

describe.skipIf(chromiumMissing)(`the page${chromiumMissing ? ` (${chromiumMissing})` : ''}`, () => {
  it('shows failures first, open, with what they blocked', async () => {
    const { page, incidents } = await show(trouble);
    expect((await visible(page)).slice(0, 3)).toEqual([
      'check-database/connects',
      'check-observability/log-structure',
      'check-observability/trace-propagates',
    ]);
    const text = await page.innerText('[id="check-database/connects"]');
    expect(text).toContain('Blocks 3: database/migrations-at-head');
    expect(text).toContain('FATAL: the database system is shutting down');
    expect(await page.innerText('[id="check-observability/trace-propagates"] p.cut')).toContain(
      'parent eeeeeeeeeeeeeeee was never seen',
    );
    expect(incidents).toEqual([]);
    await page.context().close();
  });

  it('filters by counts and by words, with the keyboard alone', async () => {
    const { page } = await show(trouble);
    await page.keyboard.press('Tab');
    await page.focus('button[data-filter=blocked]');
    await page.keyboard.press('Enter');
    expect(await visible(page)).toHaveLength(3);
    await page.keyboard.press('/');
    await page.keyboard.type('tables-present');
    expect(await visible(page)).toEqual(['check-database/tables-present']);
    expect(await page.innerText('#shown')).toBe('1 of 8');
    await page.keyboard.press('Escape');
    expect(await visible(page)).toHaveLength(3);
    await page.context().close();
  });

  it('names the environment and the commit, and links the job of the CI', async () => {
    const { page, incidents } = await show(sampleResults.labelled as RunResult);
    expect(await page.innerText('p.build')).toBe(
      'environment staging · commit 0af7651916cd · branch main · github job',
    );
    expect(await page.getAttribute('p.build a', 'href')).toBe(
      'https://github.example/shop/api/actions/runs/12',
    );
    expect(incidents).toEqual([]);
    await page.context().close();
  });

  it('links no address that is not of a page', () => {
    const build = { ci: 'github', url: 'javascript:alert(1)' };
    expect(htmlReport.render({ ...trouble, build }, plainLook)).not.toContain('javascript:');
  });

  it('shows the verdicts of the last runs, waived and flaky checks with their counts', async () => {
    const startedAt = '2026-01-01T00:00:00.000Z';
    const runs = ['pass', 'fail', 'pass'].map((status) => ({ startedAt, status: status as 'pass' }));
    const look = { ...plainLook, history: (id: string) => (id === 'database/connects' ? runs : []) };
    const { page } = await show(
      sampleResults.waived as RunResult,
      { viewport: { width: 400, height: 800 } },
      look,
    );
    expect(await page.textContent('[id="check-database/connects"] .body')).toContain(
      '2 of the last 3 runs passed',
    );
    expect(await page.$$eval('.history li', (nodes) => nodes.length)).toBe(3);
    await page.click('button[data-filter=waived]');
    expect(await visible(page)).toHaveLength(3);
    await page.context().close();
  });

  it('gives the command that runs a check again', async () => {
    const { page } = await show(trouble);
    const button = page.locator('[id="check-database/connects"] button[data-copy]');
    expect(await button.getAttribute('data-copy')).toBe('meatymusic verify database/connects');
    await button.click();
    await expect.poll(() => button.innerText()).toMatch(/Copied|Selected/);
    await page.context().close();
  });

  it.each(Object.entries(sampleResults))('lets no text of the result "%s" act', async (_, result) => {
    const { page, incidents } = await show(result);
    const own = await page.evaluate('document.scripts.length');
    expect(own).toBe(1);
    expect(await page.$$eval('img, iframe, object, embed, link, form', (nodes) => nodes.length)).toBe(0);
    expect(incidents).toEqual([]);
    await page.context().close();
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 400],
    ['dark', 400],
  ] as const)('is accessible and fits in %s at %i pixels', async (colorScheme, width) => {
    // axe-core is no part of the page: its policy would refuse it.
    const { page } = await show(trouble, { colorScheme, viewport: { width, height: 800 }, bypassCSP: true });
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
    await page.evaluate(axe);
    const violations = (await page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`))',
    )) as string[];
    expect(violations).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.context().close();
  });

  it('holds 600 checks in 1 MB', async () => {
    expect(Buffer.byteLength(htmlReport.render(large, plainLook))).toBeLessThanOrEqual(1_000_000);
    const { page } = await show(large);
    await page.fill('#search', 'check-599');
    expect(await visible(page)).toEqual(['check-area-19/check-599']);
    await page.context().close();
  });

  it('contains the screenshots', async () => {
    const picture = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const [first] = trouble.checks;
    const check: CheckResult = {
      ...(first as CheckResult),
      evidence: [{ kind: 'file', label: 'screenshot', path: 'a.png', mediaType: 'image/png' }],
    };
    const result = { ...trouble, checks: [check] };
    expect(htmlReport.render(result, plainLook)).not.toContain('<img');
    expect(htmlReport.render(result, { ...plainLook, picture: () => picture })).toContain(
      `src="data:image/png;base64,${picture.toString('base64')}"`,
    );
  });
});
