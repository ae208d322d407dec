/**
 * Drives Chromium, in a thread of its own: a page that floods its console keeps no check waiting. The browser is killed when
 * the thread exits, and a page that does not close makes it exit.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import { knownSecrets } from '../../base/known-secrets.ts';
import { ProbeError } from '../../check/probes.ts';
import type { BrowserAnswer, BrowserOrder, BrowserThreadData, PageOrder } from './orders.ts';
import { openPages } from './pages.ts';
import { visitPage } from './visit-page.ts';

const visits = new Map<number, AbortController>();
// The browser is wanted soon, or there were no thread.
const pages = openPages({ ...(workerData as BrowserThreadData), onStarted: (pid) => answer({ pid }) });

parentPort?.on('message', (order: BrowserOrder) => {
  if (order === 'end') process.exit(0);
  if ('leave' in order) visits.get(order.leave)?.abort();
  else void obey(order.visit, order.page);
});

async function obey(visit: number, order: PageOrder): Promise<void> {
  knownSecrets.add(...order.secrets);
  const leave = new AbortController();
  visits.set(visit, leave);
  let result: BrowserAnswer;
  try {
    const page = await pages.take(leave.signal);
    try {
      result = { visit, seen: await visitPage(page, order, leave.signal) };
    } finally {
      pages.giveBack(page);
    }
  } catch (thrown) {
    const { code, details } = thrown instanceof ProbeError ? thrown : { code: 'BROWSER_FAILED', details: {} };
    result = { visit, failed: { code, message: messageOf(thrown), details } };
  }
  visits.delete(visit);
  answer(result);
}

function answer(result: BrowserAnswer): void {
  parentPort?.postMessage(result);
}
