/** When and why something is over. An `AbortSignal` costs more than an attempt may: it is created on demand. */
export class Ending {
  #reason: Error | undefined;
  #controller: AbortController | undefined;
  readonly #listeners: (() => void)[] = [];

  get isOver(): boolean {
    return this.#reason !== undefined;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason && !this.#controller.signal.aborted) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  /** Calls back once at the end, at once where it is over. Returns what takes that back. */
  onAbort(listener: () => void): () => void {
    if (this.#reason) {
      listener();
      return () => {};
    }
    this.#listeners.push(listener);
    return () => {
      const at = this.#listeners.indexOf(listener);
      if (at >= 0) this.#listeners.splice(at, 1);
    };
  }

  /** Only the first reason counts. */
  abort(reason: Error): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const listener of this.#listeners.splice(0)) listener();
  }
}
