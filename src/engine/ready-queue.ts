/** What may start, the first of the plan first. Mostly things are added in this order. */
export class ReadyQueue {
  #positions: number[] = [];
  /** Everything before this position was taken. */
  #first = 0;

  get size(): number {
    return this.#positions.length - this.#first;
  }

  add(position: number): void {
    const positions = this.#positions;
    let low = this.#first;
    let high = positions.length;
    if (low < high && (positions[high - 1] as number) < position) low = high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((positions[middle] as number) < position) low = middle + 1;
      else high = middle;
    }
    if (low === positions.length) positions.push(position);
    else positions.splice(low, 0, position);
  }

  /** There must be something. */
  take(): number {
    const position = this.#positions[this.#first++] as number;
    if (this.size === 0) {
      this.#positions = [];
      this.#first = 0;
    }
    return position;
  }
}
