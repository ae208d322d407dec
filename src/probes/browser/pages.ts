import type { Browser, Page } from 'playwright-core';
import { pause } from '../../base/await-until.ts';
import { messageOf } from '../../base/errors.ts';
import { excerpt } from '../../base/safe-text.ts';
import { ProbeError } from '../../check/probes.ts';
import { blockWrites } from './block-writes.ts';

/**
 * Chromium takes the last `--disable-features` alone, so what Playwright switches off is repeated. The first two draw the
 * drop-downs of an address bar that is not shown: half of the processor time that a page takes.
 */
const disabledFeatures = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'TcpPortRandomizationWin',
  'ThirdPartyStoragePartitioning',
];
const args = [
  `--disable-features=${disabledFeatures.join(',')}`,
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-default-browser-check',
  '--no-pings',
  '--mute-audio',
];
/** Opened before anybody asks, while there is nothing else to do. */
const spares = 2;
const closeWithinMs = 1_000;

export interface Pages {
  /** An empty page in a context of its own: no cookies, no cache, no storage of another visit. */
  take(signal: AbortSignal): Promise<Page>;
  giveBack(page: Page): void;
}

/** Starts Chromium, in a throw-away profile, and opens the first pages. */
export function openPages(executablePath: string, readOnly: boolean): Pages {
  let browser: Promise<Browser> | undefined;
  const open = async (): Promise<Page> => {
    browser ??= launch(executablePath, readOnly).catch((thrown) => {
      browser = undefined;
      throw thrown;
    });
    const context = await (await browser).newContext({
      acceptDownloads: false,
      viewport: { width: 1280, height: 900 },
      locale: 'en-US',
      reducedMotion: 'reduce',
      // A worker sends requests that the page does not see; in a read-only run none may write.
      ...(readOnly ? { serviceWorkers: 'block' as const } : {}),
    });
    return context.newPage();
  };
  const ready = Array.from({ length: spares }, open);
  for (const page of ready) page.catch(() => undefined);
  return {
    async take(signal) {
      const page = await (ready.shift() ?? open());
      if (signal.aborted) this.giveBack(page);
      signal.throwIfAborted();
      return page;
    },
    giveBack(page) {
      void closed(page).then((inTime) => {
        // One that does not close hangs; its thread takes it along.
        if (!inTime) process.exit(1);
      });
    },
  };
}

async function closed(page: Page): Promise<boolean> {
  const done = () => true;
  return Promise.race([page.context().close().then(done, done), pause(closeWithinMs).then(() => false)]);
}

async function launch(executablePath: string, readOnly: boolean): Promise<Browser> {
  const { chromium } = await import('playwright-core');
  try {
    const browser = await chromium.launch({
      executablePath,
      headless: true,
      args,
      // As root Chromium cannot sandbox itself, and refuses to start if it should.
      chromiumSandbox: process.getuid?.() !== 0,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      timeout: 30_000,
    });
    browser.on('disconnected', () => process.exit(1));
    if (readOnly) await blockWrites(browser);
    return browser;
  } catch (thrown) {
    // The line with all the arguments says nothing, and has a word of everything.
    const lines = messageOf(thrown)
      .split('\n')
      .filter((line) => !/<launching>|trying to kill/.test(line))
      .map((line) => line.replace(/\u001b\[\d+m/g, '').replace(/^\s*- /, ''));
    const reason =
      lines.slice(1).find((line) => /error|sandbox|cannot|failed|did exit/i.test(line)) ?? lines[0]!;
    throw new ProbeError('BROWSER_FAILED', `${executablePath} did not start: ${excerpt(reason.trim(), 300)}`);
  }
}
