/** Positions in the plan of checks that may start, the first one first. */
export class ReadyQueue {
  readonly #positions: number[] = [];
  /** Everything before this position was taken. */
  #first = 0;

  get size(): number {
    return this.#positions.length - this.#first;
  }

  add(position: number): void {
    const positions = this.#positions;
    let low = this.#first;
    let high = positions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((positions[middle] as number) < position) low = middle + 1;
      else high = middle;
    }
    positions.splice(low, 0, position);
  }

  /** There must be something. */
  take(): number {
    return this.#positions[this.#first++] as number;
  }
}
