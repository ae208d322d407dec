import type { BrowserContext, Page } from 'playwright-core';
import { awaitUntil, pause } from '../base/await-until.ts';
import { formatDuration } from '../base/duration.ts';
import { type BrowserVisit, ProbeError } from '../check/probes.ts';
import { Chromium } from './browser/chromium.ts';
import { endOf, navigationError } from './browser/end-of-visit.ts';
import { findChromium, installChromium } from './browser/find-chromium.ts';
import { PageRecord, watchBytes } from './browser/page-record.ts';
import { budgetOf } from './budget.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';

const maxTextBytes = 64 * 1024;
const maxHtmlLength = 256 * 1024;
const maxPageBytes = 32 * 1024 * 1024;
/** The network counts as quiet after this long without a request. */
const quietMs = 250;
/** What is kept back of an attempt for reading the page and its picture, and for closing it. */
const reserveMs = 1_500;
/** How long a visit waits for the texts and requests that a check named, before it tells what there is. */
const patienceMs = 6_000;

type Visit = Parameters<ClosableProbe<'browser'>['visit']>[0];

/** Visits pages with the Chromium of the system: one browser for the run, one fresh context for each visit. */
export function createBrowserProbe(context: ProbeContext): ClosableProbe<'browser'> {
  const found = findChromium(context.browser?.path);
  const attemptStartedMs = context.clock.monotonic();
  return {
    async available() {
      return found.path
        ? { available: true, browser: found.path }
        : { available: false, browser: found.source, enable: installChromium };
    },
    async visit(visit) {
      const { path } = found;
      if (!path) throw new ProbeError('NO_BROWSER', `no browser: ${found.source}`);
      return sharedVisit(context, visit, attemptStartedMs, () => ownVisit(path, visit));
    },
  };

  async function ownVisit(path: string, visit: Visit): Promise<BrowserVisit> {
    const chromium = context.shared.get(
      `chromium ${path}`,
      () => new Chromium(path),
      (shared) => shared.kill(),
    );
    const budget = budgetOf(context, () => `the visit of ${visit.url} did not end`);
    const opened: { page?: Promise<BrowserContext> } = {};
    let unwatch = () => {};
    const late = new Promise<never>((_resolve, reject) => {
      unwatch = budget.watch(reject);
    });
    try {
      return await Promise.race([visitPage(chromium, visit, context, opened), late]);
    } finally {
      unwatch();
      // Not awaited: what hangs while it is closed is killed with its browser, after the check had its answer.
      void close(opened.page, chromium);
    }
  }
}

/**
 * Checks that look at the same page at the same time look at one visit: it began after their attempts did, so it is as
 * fresh as one of their own. A retry begins later, and gets another.
 */
function sharedVisit(
  { shared, clock }: ProbeContext,
  { screenshot, ...what }: Visit,
  attemptStartedMs: number,
  visit: () => Promise<BrowserVisit>,
): Promise<BrowserVisit> {
  const visits = shared.get(
    'browser visits',
    () => new Map<string, { beganMs: number; visit: Promise<BrowserVisit> }>(),
  );
  const key = JSON.stringify([what, screenshot !== undefined]);
  const known = visits.get(key);
  if (known && known.beganMs >= attemptStartedMs) return known.visit;
  const fresh = { beganMs: clock.monotonic(), visit: visit() };
  visits.set(key, fresh);
  return fresh.visit;
}

async function visitPage(
  chromium: Chromium,
  visit: Visit,
  context: ProbeContext,
  opened: { page?: Promise<BrowserContext> },
): Promise<BrowserVisit> {
  const startedAt = performance.now();
  const browser = await chromium.browser();
  opened.page = browser.newContext({
    acceptDownloads: false,
    serviceWorkers: 'block',
    viewport: { width: 1280, height: 900 },
    locale: 'en-US',
  });
  const browserContext = await opened.page;
  const page = await browserContext.newPage();
  const record = new PageRecord(page);
  page.on('dialog', (dialog) => void dialog.dismiss().catch(() => undefined));
  page.on('popup', (popup) => void popup.close().catch(() => undefined));
  const ended = endOf(page);
  const session = await browserContext.newCDPSession(page);
  await watchBytes(session, maxPageBytes, () =>
    ended.with(
      new ProbeError('BODY_TOO_LARGE', `${visit.url} loads more than ${maxPageBytes / 1024 ** 2} MiB`),
    ),
  );
  try {
    return await Promise.race([look(page, record, visit, context, startedAt), ended.error]);
  } catch (thrown) {
    throw thrown instanceof ProbeError ? thrown : navigationError(thrown, visit.url);
  }
}

async function look(
  page: Page,
  record: PageRecord,
  visit: Visit,
  context: ProbeContext,
  startedAt: number,
): Promise<BrowserVisit> {
  const spareMs = () => Math.max(1, Math.floor(context.remainingMs() - reserveMs));
  const response = await page.goto(visit.url, { waitUntil: 'commit', timeout: spareMs() });
  await page.waitForLoadState('load', { timeout: spareMs() }).catch(() => {
    const waited = formatDuration(performance.now() - startedAt);
    throw new ProbeError('LOAD_TIMEOUT', `${visit.url} did not finish loading within ${waited}`);
  });
  await settled(page, record, visit, Math.min(spareMs(), patienceMs), context.signal);

  const [title, text, html] = await Promise.all([page.title(), visibleText(page), page.content()]);
  const screenshot = visit.screenshot ? await takeScreenshot(page, visit.screenshot, context) : undefined;
  return {
    status: response?.status() ?? 0,
    title: title.slice(0, 1024),
    text: text.slice(0, maxTextBytes),
    html: html.slice(0, maxHtmlLength),
    console: record.console,
    pageErrors: record.pageErrors,
    requests: record.requests,
    ...(screenshot ? { screenshot } : {}),
    durationMs: performance.now() - startedAt,
  };
}

/** Waits for what the check wants to see. Not seeing it is the check's finding, so that ends the wait and nothing else. */
async function settled(
  page: Page,
  record: PageRecord,
  { untilText, untilConsole, untilRequest }: Visit,
  withinMs: number,
  signal: AbortSignal,
): Promise<void> {
  const seen = async () => {
    const { console, requests } = record;
    if (untilConsole && !console.some(({ text }) => text.includes(untilConsole))) return undefined;
    if (untilRequest && !requests.some(({ url, status }) => url.includes(untilRequest) && status))
      return undefined;
    if (untilText && !(await visibleText(page)).includes(untilText)) return undefined;
    return record.quietFor(quietMs) || undefined;
  };
  await awaitUntil(seen, { what: 'the page to settle', withinMs, signal }).catch((thrown: unknown) => {
    if ((thrown as { code?: unknown }).code !== 'await-timeout') throw thrown;
  });
}

/** As a string, because it runs in the page: this program has no DOM to type it with. */
async function visibleText(page: Page): Promise<string> {
  return (await page.evaluate('document.body ? document.body.innerText : ""')) as string;
}

/** A picture is worth having, and not worth failing for. */
async function takeScreenshot(
  page: Page,
  name: string,
  { artifacts }: ProbeContext,
): Promise<string | undefined> {
  const path = await artifacts.path(name.endsWith('.png') ? name : `${name}.png`);
  return page.screenshot({ path, animations: 'disabled', timeout: 1_000 }).then(
    () => path,
    () => undefined,
  );
}

/** Closes the visit's context; a browser that does not do so within a second is killed. */
async function close(opened: Promise<BrowserContext> | undefined, chromium: Chromium): Promise<void> {
  const closed = opened
    ?.then((context) => context.close())
    .then(
      () => true,
      () => true,
    );
  const inTime = await Promise.race([closed, pause(1_000).then(() => false)]);
  if (inTime === false) await chromium.kill().catch(() => undefined);
}
