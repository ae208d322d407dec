import { pause } from '../../base/await-until.ts';
import { blockWrites } from './block-writes.ts';
import type { Connection, Session } from './connection.ts';
import { type LaunchOptions, launchChromium } from './launch.ts';
import { Page } from './page.ts';

/** Opened before a check asks, while there is nothing else to do. */
const spares = 2;
const closeWithinMs = 1_000;

export interface BrowserOptions extends LaunchOptions {
  /** Whether pages may send nothing that could write. */
  readOnly: boolean;
}

export interface Pages {
  /** An empty page in a context of its own: no cookies, no cache, no storage of another visit. */
  take(signal: AbortSignal): Promise<Page>;
  giveBack(page: Page): void;
}

/** Starts Chromium, in a throw-away profile, and opens the first pages. */
export function openPages(options: BrowserOptions): Pages {
  let browser: Promise<Browser> | undefined;
  const open = async (): Promise<Page> => {
    browser ??= launch(options).catch((thrown) => {
      browser = undefined;
      throw thrown;
    });
    return (await browser).openPage();
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
  return Promise.race([page.close().then(done, done), pause(closeWithinMs).then(() => false)]);
}

async function launch(options: BrowserOptions): Promise<Browser> {
  const connection = await launchChromium(options);
  const browser = new Browser(connection, options.readOnly);
  await browser.prepare();
  connection.root.onClosed(() => process.exit(1));
  return browser;
}

/** A running Chromium and the pages in it. */
class Browser {
  readonly #connection: Connection;
  readonly #root: Session;
  readonly #readOnly: boolean;
  /** Contexts whose page has not been attached. */
  readonly #awaited = new Map<string, (session: Session) => void>();
  /** By context: each has one page, and any other is a pop-up. */
  readonly #pages = new Map<string, Page>();

  constructor(connection: Connection, readOnly: boolean) {
    this.#connection = connection;
    this.#root = connection.root;
    this.#readOnly = readOnly;
    this.#root.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      const { targetId, type, browserContextId = '' } = targetInfo;
      const session = connection.openSession(sessionId);
      const opened = this.#awaited.get(browserContextId);
      if (type === 'shared_worker') this.#pages.get(browserContextId)?.add({ session, isWorker: true });
      else if (opened) opened(session);
      else void this.#closePopup(session, targetId);
    });
  }

  async prepare(): Promise<void> {
    await Promise.all([
      this.#root.send('Target.setAutoAttach', {
        autoAttach: true,
        waitForDebuggerOnStart: true,
        flatten: true,
        filter: [{ type: 'page' }, { type: 'shared_worker' }, { exclude: true }],
      }),
      ...(this.#readOnly ? [blockWrites(this.#root)] : []),
    ]);
  }

  /** Closes a pop-up of a page. One that does not run yet would leave its opener waiting. */
  async #closePopup(session: Session, targetId: string): Promise<void> {
    await session.send('Runtime.runIfWaitingForDebugger').catch(() => {});
    await this.#root.send('Target.closeTarget', { targetId }).catch(() => {});
  }

  async openPage(): Promise<Page> {
    const { browserContextId } = await this.#root.send('Target.createBrowserContext', {
      disposeOnDetach: true,
    });
    const attached = new Promise<Session>((resolve) => this.#awaited.set(browserContextId, resolve));
    const [session, { targetId }] = await Promise.all([
      attached,
      this.#root.send('Target.createTarget', { url: 'about:blank', browserContextId }),
      this.#root.send('Browser.setDownloadBehavior', { behavior: 'deny', browserContextId }),
    ]);
    this.#awaited.delete(browserContextId);
    const page = new Page({
      session,
      frameId: targetId,
      openSession: (id) => this.#connection.openSession(id),
      close: () => {
        this.#pages.delete(browserContextId);
        return this.#root.send('Target.disposeBrowserContext', { browserContextId });
      },
      readOnly: this.#readOnly,
    });
    this.#pages.set(browserContextId, page);
    await page.prepare();
    return page;
  }
}
