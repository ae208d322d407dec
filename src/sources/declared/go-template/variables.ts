/** Variables of a block: it sees those around it and can give them new values; its own end with it. */
export class Variables {
  readonly #own = new Map<string, unknown>();
  readonly #outer: Variables | undefined;

  constructor(outer?: Variables) {
    this.#outer = outer;
  }

  has(name: string): boolean {
    return this.#own.has(name) || (this.#outer?.has(name) ?? false);
  }

  get(name: string): unknown {
    return this.#own.has(name) ? this.#own.get(name) : this.#outer?.get(name);
  }

  /** `$name := value`. */
  declare(name: string, value: unknown): this {
    this.#own.set(name, value);
    return this;
  }

  /** `$name = value`; false where nothing of that name was declared. */
  assign(name: string, value: unknown): boolean {
    if (!this.#own.has(name)) return this.#outer?.assign(name, value) ?? false;
    this.#own.set(name, value);
    return true;
  }
}
