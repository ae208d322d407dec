import { isSafeMethod } from '../../check/effects.ts';
import type { Session } from './connection.ts';

/**
 * Lets only requests that read leave this browser: of pages, frames, workers and pop-ups, beacons among them. At the
 * browser's own session, so that each request is seen once, preflights among them.
 */
export async function blockWrites(browser: Session): Promise<void> {
  // A request whose page is gone can no longer be answered.
  const answer = (answered: Promise<unknown>) => void answered.catch(() => {});
  browser.on('Fetch.requestPaused', ({ requestId, request: { method } }) =>
    answer(
      isSafeMethod(method)
        ? browser.send('Fetch.continueRequest', { requestId })
        : browser.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' }),
    ),
  );
  await browser.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
}

/** Name of the function that reports a blocked WebSocket; a page cannot call it, because the script takes it away. */
export const reportSocket = 'meatymusicBlockedSocket';

/**
 * Script that replaces WebSocket by one that is closed before it connects, because what is sent through it cannot be judged,
 * and the registration of service workers by nothing: they send requests that the page does not see.
 */
export const blockingScript = `(() => {
  const report = globalThis.${reportSocket};
  delete globalThis.${reportSocket};
  if (globalThis.ServiceWorkerContainer) {
    ServiceWorkerContainer.prototype.register = async () => {
      console.warn('the registration of a service worker is blocked: the run is read-only');
    };
  }
  if (!globalThis.WebSocket || !report) return;
  const states = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
  class WebSocket extends EventTarget {
    #state = states.CONNECTING;
    binaryType = 'blob';
    bufferedAmount = 0;
    extensions = '';
    protocol = '';
    constructor(address) {
      super();
      let url;
      try {
        url = new URL(address, globalThis.document?.baseURI ?? location.href);
      } catch {}
      if (url) url.protocol = url.protocol.replace('http', 'ws');
      if (!/^wss?:$/.test(url?.protocol ?? '')) {
        throw new DOMException("Failed to construct 'WebSocket': The URL '" + address + "' is invalid.", 'SyntaxError');
      }
      this.url = url.href;
      report(url.href);
      setTimeout(() => {
        this.#state = states.CLOSED;
        this.dispatchEvent(new CloseEvent('close', { code: 1005, wasClean: true }));
      });
    }
    get readyState() {
      return this.#state;
    }
    send() {
      if (this.#state === states.CONNECTING) {
        throw new DOMException("Failed to execute 'send' on 'WebSocket': Still in CONNECTING state.", 'InvalidStateError');
      }
    }
    close() {
      if (this.#state === states.CONNECTING) this.#state = states.CLOSING;
    }
  }
  for (const [name, value] of Object.entries(states)) {
    for (const owner of [WebSocket, WebSocket.prototype]) Object.defineProperty(owner, name, { value, enumerable: true });
  }
  for (const type of ['open', 'message', 'error', 'close']) {
    const handlers = new WeakMap();
    Object.defineProperty(WebSocket.prototype, 'on' + type, {
      get() {
        return handlers.get(this)?.handler ?? null;
      },
      set(handler) {
        const set = handlers.get(this);
        if (set) set.handler = handler;
        else {
          const own = { handler };
          handlers.set(this, own);
          this.addEventListener(type, (event) => typeof own.handler === 'function' && own.handler.call(this, event));
        }
      },
      enumerable: true,
      configurable: true,
    });
  }
  globalThis.WebSocket = WebSocket;
})()`;
