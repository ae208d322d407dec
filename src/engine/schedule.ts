import type { Progress } from './progress.ts';
import { ReadyQueue } from './ready-queue.ts';

/** Which check may start next: at most `concurrency` at once, and those that run alone after all others. */
export class Schedule {
  readonly #all: readonly Progress[];
  readonly #concurrency: number;
  readonly #together = new ReadyQueue();
  readonly #alone = new ReadyQueue();
  #togetherLeft: number;
  #left: number;
  #active = 0;

  constructor(all: readonly Progress[], concurrency: number) {
    this.#all = all;
    this.#concurrency = concurrency;
    this.#togetherLeft = all.filter(({ alone }) => !alone).length;
    this.#left = all.length;
    for (const progress of all) if (progress.waitingFor === 0) this.makeReady(progress);
  }

  /** True once each check has its verdict. */
  get isEmpty(): boolean {
    return this.#left === 0;
  }

  makeReady(progress: Progress): void {
    progress.state = 'ready';
    (progress.alone ? this.#alone : this.#together).add(progress.index);
  }

  /** Takes the first ready check of the plan that may start now. */
  takeNext(): Progress | undefined {
    if (this.#together.size > 0 && this.#active < this.#concurrency) return this.#all[this.#together.take()];
    if (this.#alone.size > 0 && this.#togetherLeft === 0 && this.#active === 0)
      return this.#all[this.#alone.take()];
    return undefined;
  }

  attemptStarts(progress: Progress): void {
    progress.state = 'running';
    this.#active++;
  }

  attemptEnds(): void {
    this.#active--;
  }

  /** The check has its verdict. */
  done(progress: Progress): void {
    progress.state = 'done';
    this.#left--;
    if (!progress.alone) this.#togetherLeft--;
  }
}
