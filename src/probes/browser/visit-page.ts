import { writeFile } from 'node:fs/promises';
import { awaitUntil, pause } from '../../base/await-until.ts';
import { formatDuration } from '../../base/duration.ts';
import { excerpt } from '../../base/safe-text.ts';
import { type BrowserVisit, ProbeError } from '../../check/probes.ts';
import type { Session } from './connection.ts';
import { download, endOf, navigationError, withoutUser } from './end-of-visit.ts';
import { Loading } from './loading.ts';
import { epochMs, type PageOrder } from './orders.ts';
import type { Page } from './page.ts';
import { PageRecord, watchBytes } from './page-record.ts';
import { readShownText } from './shown-text.ts';

const maxTextBytes = 64 * 1024;
const maxHtmlLength = 256 * 1024;
const maxPageBytes = 32 * 1024 * 1024;
/** The network counts as quiet after this long without a request, once the page has nothing to do. */
const quietForMs = 150;
/** What is kept back of a visit for reading the page and its picture, and for closing it. */
const reserveMs = 1_500;
/** … of which this is for handing it over. */
const handOverMs = 500;
/** A machine that is busy takes its time for a picture; where there is time, it gets it. */
const longestPictureMs = 5_000;
/** How long a visit waits for the texts and requests that a check named, before it returns what there is. */
const patienceMs = 6_000;

/** Goes to the page, waits for it to settle, and returns all that is visible. Rejects with a `ProbeError`. */
export async function visitPage(page: Page, order: PageOrder, signal: AbortSignal): Promise<BrowserVisit> {
  const record = new PageRecord();
  const ended = endOf(page, signal);
  const countBytes = watchBytes(maxPageBytes, () =>
    ended.with(
      new ProbeError('BODY_TOO_LARGE', `${order.url} loads more than ${maxPageBytes / 1024 ** 2} MiB`),
    ),
  );
  page.watch((target) => {
    record.watch(target);
    countBytes(target);
  });
  try {
    return await Promise.race([look({ page, record, order, signal }), ended.error]);
  } catch (thrown) {
    const { code, message } = thrown instanceof ProbeError ? thrown : navigationError(thrown, order.url);
    const picture =
      code === 'LOAD_TIMEOUT'
        ? await takeScreenshot(page.session, order.screenshotPath, order.endsAtMs - epochMs() - handOverMs)
        : undefined;
    throw new ProbeError(code, message, { ...record.soFar(), ...(picture ? { screenshot: picture } : {}) });
  }
}

interface Look {
  page: Page;
  record: PageRecord;
  order: PageOrder;
  signal: AbortSignal;
}

async function look({ page, record, order, signal }: Look): Promise<BrowserVisit> {
  const { session } = page;
  const startedAt = performance.now();
  const spentMs = () => performance.now() - startedAt;
  const leftMs = () => order.endsAtMs - epochMs();
  const spareMs = () => Math.max(1, Math.floor(leftMs() - reserveMs));
  const loading = new Loading(page);
  const document = await within(
    spareMs(),
    navigate(session, order.url),
    () => new ProbeError('TIMEOUT', `no response from ${withoutUser(order.url)} in time`),
  );
  await within(
    spareMs(),
    loading.end(document),
    () =>
      new ProbeError(
        'LOAD_TIMEOUT',
        `${order.url} did not finish loading within ${formatDuration(spentMs())}`,
      ),
  );
  await settled({ page, record, order, signal }, Math.min(spareMs(), patienceMs));

  const pictureMs = Math.min(leftMs() - handOverMs, longestPictureMs);
  const [shown, screenshot] = await Promise.all([
    read(session),
    takeScreenshot(session, order.screenshotPath, pictureMs),
  ]);
  return {
    status: record.statusOf(document),
    ...shown,
    console: record.console,
    pageErrors: record.pageErrors,
    requests: record.requests,
    ...(screenshot ? { screenshot } : {}),
    durationMs: spentMs(),
  };
}

/** Waits for what the check wants to see. Not seeing it is the check's finding, so that ends the wait and nothing else. */
async function settled({ page: { session }, record, order, signal }: Look, withinMs: number): Promise<void> {
  const { untilText, untilConsole, untilRequest } = order;
  const hasAll = async () => {
    const { console, requests } = record;
    if (untilConsole && !console.some(({ text }) => text.includes(untilConsole))) return false;
    if (untilRequest && !requests.some(({ url, status }) => url.includes(untilRequest) && status))
      return false;
    return !untilText || (await read(session)).text.includes(untilText);
  };
  const seen = async () => {
    const leftMs = record.quietIn(quietForMs);
    if (leftMs === undefined) return undefined;
    await pause(leftMs, signal);
    if (record.quietIn(quietForMs) !== 0 || !(await hasAll())) return undefined;
    // A page that is busy starting up has asked for nothing yet.
    await evaluate(session, 'new Promise((done) => requestIdleCallback(() => done(), { timeout: 1000 }))');
    return record.quietIn(quietForMs) === 0 || undefined;
  };
  const limits = { what: 'the page to settle', withinMs, maxIntervalMs: 40, signal };
  await awaitUntil(seen, limits).catch((thrown: unknown) => {
    if ((thrown as { code?: unknown }).code !== 'await-timeout') throw thrown;
  });
}

/** Resolves to the loader of the document that the page shows now; rejects with a `ProbeError` if it is not that of the address. */
async function navigate(session: Session, url: string): Promise<string | undefined> {
  const { errorText, isDownload, loaderId } = await session.send('Page.navigate', { url });
  if (isDownload) throw download(url);
  if (errorText) throw navigationError(new Error(errorText), url);
  return loaderId;
}

async function within<T>(ms: number, done: Promise<T>, timeout: () => ProbeError): Promise<T> {
  const timer = new AbortController();
  const late = pause(ms, timer.signal).then(() => {
    throw timeout();
  });
  try {
    return await Promise.race([done, late]);
  } finally {
    timer.abort();
  }
}

async function read(session: Session): Promise<Pick<BrowserVisit, 'title' | 'text' | 'html'>> {
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
async function evaluate(session: Session, expression: string): Promise<unknown> {
  const { result } = await session.send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
  });
  return result.value;
}

/**
 * A picture is worth having, and not worth failing for. It waits for neither fonts nor frames, because a page that never
 * finishes loading may never have them.
 */
async function takeScreenshot(
  session: Session,
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
