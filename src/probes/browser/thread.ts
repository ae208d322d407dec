/**
 * Drives Chromium, in a thread of its own: a page that floods its console keeps no check waiting. The browser ends with its
 * thread, and one that does not close a page ends the thread.
 */

import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import { knownSecrets } from '../../base/known-secrets.ts';
import { ProbeError } from '../../check/probes.ts';
import type { BrowserAnswer, BrowserOrder, BrowserThreadData, PageOrder } from './orders.ts';
import { openPages } from './pages.ts';
import { visitPage } from './visit-page.ts';

const { executablePath, readOnly } = workerData as BrowserThreadData;
const visits = new Map<number, AbortController>();
// The browser is wanted soon, or there were no thread.
const pages = openPages(executablePath, readOnly);

parentPort?.on('message', (order: BrowserOrder) => {
  // The browser is killed when this thread exits.
  if (order === 'end') process.exit(0);
  if ('leave' in order) visits.get(order.leave)?.abort();
  else void obey(order.visit, order.page);
});

async function obey(visit: number, order: PageOrder): Promise<void> {
  knownSecrets.add(...order.secrets);
  const leave = new AbortController();
  visits.set(visit, leave);
  let answer: BrowserAnswer;
  try {
    const page = await pages.take(leave.signal);
    try {
      answer = { visit, seen: await visitPage(page, order, leave.signal) };
    } finally {
      pages.giveBack(page);
    }
  } catch (thrown) {
    const { code, details } = thrown instanceof ProbeError ? thrown : { code: 'BROWSER_FAILED', details: {} };
    answer = { visit, failed: { code, message: messageOf(thrown), details } };
  }
  visits.delete(visit);
  parentPort?.postMessage(answer);
}
