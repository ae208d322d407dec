import type { Page } from './page.ts';

/** Documents of the main frame, from when this is created. A page may replace its document while it loads. */
export class Loading {
  readonly #seen = new Set<string>();
  #current: string | undefined;
  #loaded: string | undefined;
  #changed = () => {};

  constructor({ session, frameId }: Page) {
    session.on('Page.frameNavigated', ({ frame }) => {
      if (frame.id !== frameId) return;
      this.#seen.add(frame.loaderId);
      this.#current = frame.loaderId;
    });
    session.on('Page.lifecycleEvent', ({ frameId: id, loaderId, name }) => {
      if (id !== frameId || name !== 'load') return;
      this.#loaded = loaderId;
      this.#changed();
    });
  }

  /** Resolves once this document, or the one that replaced it, is loaded. */
  end(document: string | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = () => {
        const hasCommitted = document === undefined || this.#seen.has(document);
        if (hasCommitted && this.#loaded === this.#current) resolve();
      };
      this.#changed();
    });
  }
}
