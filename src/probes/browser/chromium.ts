import type { Browser, BrowserServer } from 'playwright-core';
import { messageOf } from '../../base/errors.ts';
import { ProbeError } from '../../check/probes.ts';

const args = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-default-browser-check',
  '--no-pings',
  '--mute-audio',
];

/**
 * One Chromium for all visits of a run: started by the first, in a throw-away profile, and started again should it die.
 * Playwright's server is what can kill it: a browser that hangs does not close when it is asked to.
 */
export class Chromium {
  readonly #path: string;
  #running: Promise<{ server: BrowserServer; browser: Browser }> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async browser(): Promise<Browser> {
    this.#running ??= this.#start();
    try {
      const { browser } = await this.#running;
      if (browser.isConnected()) return browser;
    } catch (thrown) {
      this.#running = undefined;
      throw thrown;
    }
    this.#running = this.#start();
    return (await this.#running).browser;
  }

  /** At once, whatever it is doing; the next visit starts another. */
  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    await (await running?.catch(() => undefined))?.server.kill();
  }

  async #start() {
    const { chromium } = await import('playwright-core');
    try {
      const server = await chromium.launchServer({
        executablePath: this.#path,
        headless: true,
        host: '127.0.0.1',
        args,
        // As root Chromium cannot sandbox itself, and refuses to start if it should.
        chromiumSandbox: process.getuid?.() !== 0,
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
        timeout: 30_000,
      });
      return { server, browser: await chromium.connect(server.wsEndpoint()) };
    } catch (thrown) {
      const reason = messageOf(thrown)
        .split('\n')
        .find((line) => /error|sandbox|cannot|failed/i.test(line));
      throw new ProbeError(
        'BROWSER_FAILED',
        `${this.#path} did not start: ${(reason ?? messageOf(thrown).split('\n', 1)[0]!).trim().slice(0, 300)}`,
      );
    }
  }
}
