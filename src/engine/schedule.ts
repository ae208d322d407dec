import type { Progress } from './progress.ts';
import { ReadyQueue } from './ready-queue.ts';

/**
 * Which check may start next: at most `concurrency` at once, and those that run alone after all others, one company at a
 * time.
 */
export class Schedule {
  readonly #all: readonly Progress[];
  readonly #concurrency: number;
  readonly #together = new ReadyQueue();
  /** Those that run alone and are ready, the first one of the plan first. */
  #alone: Progress[] = [];
  #running = new Set<Progress>();
  #togetherLeft: number;
  #left: number;

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
    if (!progress.alone) this.#together.add(progress.index);
    else this.#alone = [...this.#alone, progress].sort((a, b) => a.index - b.index);
  }

  /** Takes the first ready check of the plan that may start now. */
  takeNext(): Progress | undefined {
    if (this.#running.size >= this.#concurrency) return undefined;
    if (this.#together.size > 0) return this.#all[this.#together.take()];
    if (this.#togetherLeft > 0) return undefined;
    const next = this.#alone.find((progress) => this.#mayRunBesides(progress));
    this.#alone = this.#alone.filter((progress) => progress !== next);
    return next;
  }

  attemptStarts(progress: Progress): void {
    progress.state = 'running';
    this.#running.add(progress);
  }

  attemptEnds(progress: Progress): void {
    this.#running.delete(progress);
  }

  #mayRunBesides({ company }: Progress): boolean {
    const others = [...this.#running];
    return others.every((other) => company !== undefined && other.company === company);
  }

  /** The check has its verdict. */
  done(progress: Progress): void {
    progress.state = 'done';
    this.#left--;
    if (!progress.alone) this.#togetherLeft--;
  }
}
