import { writeFile } from 'node:fs/promises';
import type { CDPSession, Page } from 'playwright-core';
import { awaitUntil, pause } from '../../base/await-until.ts';
import { formatDuration } from '../../base/duration.ts';
import { excerpt } from '../../base/safe-text.ts';
import { type BrowserVisit, ProbeError } from '../../check/probes.ts';
import { blockSockets } from './block-writes.ts';
import { endOf, navigationError } from './end-of-visit.ts';
import { epochMs, type PageOrder } from './orders.ts';
import { PageRecord, watchBytes } from './page-record.ts';
import { readShownText } from './shown-text.ts';

const maxTextBytes = 64 * 1024;
const maxHtmlLength = 256 * 1024;
const maxPageBytes = 32 * 1024 * 1024;
/** The network counts as quiet after this long without a request, once the page has nothing to do. */
const quietMs = 150;
/** What is kept back of a visit for reading the page and its picture, and for closing it. */
const reserveMs = 1_500;
/** … of which this is for handing it over. */
const handOverMs = 500;
/** A machine that is busy takes its time for a picture; where there is time, it gets it. */
const longestPictureMs = 5_000;
/** How long a visit waits for the texts and requests that a check named, before it returns what there is. */
const patienceMs = 6_000;

/** Goes to the page, waits for it to settle, and returns all that is visible. Rejects with a `ProbeError`. */
export async function visitPage(
  page: Page,
  order: PageOrder,
  signal: AbortSignal,
  readOnly: boolean,
): Promise<BrowserVisit> {
  const record = new PageRecord(page);
  page.on('dialog', (dialog) => void dialog.dismiss().catch(() => undefined));
  page.on('popup', (popup) => void popup.close().catch(() => undefined));
  const ended = endOf(page, signal);
  let session: CDPSession | undefined;
  try {
    if (readOnly) await blockSockets(page, (url) => record.blockedSocket(url));
    session = await page.context().newCDPSession(page);
    record.watchSockets(session);
    await watchBytes(session, maxPageBytes, () =>
      ended.with(
        new ProbeError('BODY_TOO_LARGE', `${order.url} loads more than ${maxPageBytes / 1024 ** 2} MiB`),
      ),
    );
    return await Promise.race([look({ page, session, record, order, signal }), ended.error]);
  } catch (thrown) {
    const { code, message } = thrown instanceof ProbeError ? thrown : navigationError(thrown, order.url);
    const picture =
      session && code === 'LOAD_TIMEOUT'
        ? await takeScreenshot(session, order.screenshotPath, order.endsAtMs - epochMs() - handOverMs)
        : undefined;
    throw new ProbeError(code, message, { ...record.soFar(), ...(picture ? { screenshot: picture } : {}) });
  }
}

interface Look {
  page: Page;
  session: CDPSession;
  record: PageRecord;
  order: PageOrder;
  signal: AbortSignal;
}

async function look({ page, session, record, order, signal }: Look): Promise<BrowserVisit> {
  const startedAt = performance.now();
  const spentMs = () => performance.now() - startedAt;
  const leftMs = () => order.endsAtMs - epochMs();
  const spareMs = () => Math.max(1, Math.floor(leftMs() - reserveMs));
  const response = await page.goto(order.url, { waitUntil: 'commit', timeout: spareMs() });
  await page.waitForLoadState('load', { timeout: spareMs() }).catch(() => {
    throw new ProbeError(
      'LOAD_TIMEOUT',
      `${order.url} did not finish loading within ${formatDuration(spentMs())}`,
    );
  });
  await settled({ page, session, record, order, signal }, Math.min(spareMs(), patienceMs));

  const { title, text, html } = await read(session);
  const pictureMs = Math.min(leftMs() - handOverMs, longestPictureMs);
  const screenshot = await takeScreenshot(session, order.screenshotPath, pictureMs);
  return {
    status: response?.status() ?? 0,
    title,
    text,
    html,
    console: record.console,
    pageErrors: record.pageErrors,
    requests: record.requests,
    ...(screenshot ? { screenshot } : {}),
    durationMs: spentMs(),
  };
}

/** Waits for what the check wants to see. Not seeing it is the check's finding, so that ends the wait and nothing else. */
async function settled({ session, record, order, signal }: Look, withinMs: number): Promise<void> {
  const { untilText, untilConsole, untilRequest } = order;
  const seen = async () => {
    if (!record.quietFor(quietMs)) return undefined;
    const { console, requests } = record;
    if (untilConsole && !console.some(({ text }) => text.includes(untilConsole))) return undefined;
    if (untilRequest && !requests.some(({ url, status }) => url.includes(untilRequest) && status))
      return undefined;
    if (untilText && !(await read(session)).text.includes(untilText)) return undefined;
    // A page that is busy starting up has asked for nothing yet.
    await evaluate(session, 'new Promise((done) => requestIdleCallback(() => done(), { timeout: 1000 }))');
    return record.quietFor(quietMs) || undefined;
  };
  const limits = { what: 'the page to settle', withinMs, maxIntervalMs: 40, signal };
  await awaitUntil(seen, limits).catch((thrown: unknown) => {
    if ((thrown as { code?: unknown }).code !== 'await-timeout') throw thrown;
  });
}

async function read(session: CDPSession): Promise<Pick<BrowserVisit, 'title' | 'text' | 'html'>> {
  const parts = await evaluate(
    session,
    `[document.title, (${readShownText})(), document.documentElement?.outerHTML].map((part) => String(part ?? '').slice(0, ${2 * maxHtmlLength}))`,
  );
  // A page may have replaced what it is asked by.
  const [title = '', text = '', html = ''] = Array.isArray(parts) ? parts.map(String) : [];
  return {
    title: excerpt(title, 1024),
    text: excerpt(text, maxTextBytes),
    html: excerpt(html, maxHtmlLength),
  };
}

/** In the page, and as a string: this program has no DOM to type it with. */
async function evaluate(session: CDPSession, expression: string): Promise<unknown> {
  const { result } = await session.send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  return result.value;
}

/**
 * A picture is worth having, and not worth failing for. Playwright's own waits for the page's fonts and frames first, which a
 * page that never finishes loading does not reach.
 */
async function takeScreenshot(
  session: CDPSession,
  path: string | undefined,
  withinMs: number,
): Promise<string | undefined> {
  if (!path || withinMs <= 0) return undefined;
  const taken = session
    .send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true })
    .then(({ data }) => writeFile(path, data, 'base64'))
    .then(
      () => path,
      () => undefined,
    );
  return Promise.race([taken, pause(withinMs).then(() => undefined)]);
}
