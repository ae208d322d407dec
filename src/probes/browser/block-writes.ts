import type { Browser, Page } from 'playwright-core';
import { isSafeMethod } from '../../check/effects.ts';

/**
 * Lets only requests that read leave this browser: of pages, frames, workers and pop-ups, beacons among them. At the
 * browser's own session rather than by Playwright's routes, which answer preflights themselves.
 */
export async function blockWrites(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  // A request whose page is gone can no longer be answered.
  const answer = (answered: Promise<unknown>) => void answered.catch(() => {});
  session.on('Fetch.requestPaused', ({ requestId, request: { method } }) =>
    answer(
      isSafeMethod(method)
        ? session.send('Fetch.continueRequest', { requestId })
        : session.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' }),
    ),
  );
  await session.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
}

/** Closes every WebSocket of a page before it connects: what is sent through one cannot be judged. */
export async function blockSockets(page: Page, onBlocked: (url: string) => void): Promise<void> {
  await page.routeWebSocket(/.*/, (socket) => {
    onBlocked(socket.url());
    void socket.close().catch(() => {});
  });
}
