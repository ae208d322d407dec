import type { Json } from '../../check/json.ts';

/**
 * Reads what `util.inspect` prints: JavaScript literals and its own shorthand (`[Object]`, `[Array]`, `… 3 more items`,
 * class names before braces). Values that JSON does not have become null or their text. Throws on anything else.
 */
export function parseInspected(text: string): Json {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.space();
  if (!reader.atEnd()) throw reader.unexpected();
  return value;
}

const maxDepth = 64;
const simpleEscapes: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
};

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  unexpected(): SyntaxError {
    return new SyntaxError(`unexpected text at ${this.#at}: ${this.#text.slice(this.#at, this.#at + 20)}`);
  }

  space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && !(code >= 9 && code <= 13)) return;
      this.#at += 1;
    }
  }

  value(depth: number): Json {
    if (depth > maxDepth) throw new SyntaxError('nested too deeply');
    this.space();
    const character = this.#text[this.#at];
    if (character === '{') return this.#object(depth);
    if (character === '[') return this.#bracket(depth);
    if (character === "'" || character === '"' || character === '`') return this.#strings();
    return this.#word(depth);
  }

  #object(depth: number): Json {
    this.#at += 1;
    const entries: [string, Json][] = [];
    for (;;) {
      this.space();
      if (this.#take('}')) return Object.fromEntries(entries);
      if (this.#more()) continue;
      const key = this.#key();
      this.space();
      // `key: value` of an object, `key => value` of a Map, `value` of a Set.
      const named = this.#try(/:|=>/y) !== undefined;
      entries.push(named ? [key, this.value(depth + 1)] : [String(entries.length), key]);
      this.space();
      if (!this.#take(',') && this.#text[this.#at] !== '}') throw this.unexpected();
    }
  }

  #key(): string {
    const character = this.#text[this.#at];
    if (character === "'" || character === '"' || character === '`') return this.#string();
    return this.#match(/-?[\w$.]+|\[[^\]\n]*\]/y);
  }

  #bracket(depth: number): Json {
    const shorthand = this.#try(
      /\[(?:Object|Array|Circular[^\]\n]*|Function[^\]\n]*|class [^\]\n]*|Getter[^\]\n]*|Object: null prototype|[A-Z]\w*)\]/y,
    );
    if (shorthand === '[Object: null prototype]') {
      this.space();
      return this.#object(depth);
    }
    if (shorthand !== undefined) return shorthand;
    this.#at += 1;
    const items: Json[] = [];
    for (;;) {
      this.space();
      if (this.#take(']')) return items;
      if (this.#more()) continue;
      items.push(this.value(depth + 1));
      this.space();
      if (!this.#take(',') && this.#text[this.#at] !== ']') throw this.unexpected();
    }
  }

  /** `... 20 more items`: inspect leaves out what is long. */
  #more(): boolean {
    return this.#try(/\.\.\. \d+ more (?:items?|characters?|propert(?:y|ies)),?/y) !== undefined;
  }

  /** A long string is printed as `'…' +` over several lines. */
  #strings(): string {
    let text = this.#string();
    while (this.#try(/\s*\+\s*(?=['"`])/y) !== undefined) text += this.#string();
    this.#try(/\.\.\. \d+ more characters?/y);
    return text;
  }

  #string(): string {
    const quote = this.#text[this.#at]!;
    let end = this.#at + 1;
    while (this.#text[end] !== quote) {
      if (end >= this.#text.length) throw this.unexpected();
      end += this.#text[end] === '\\' ? 2 : 1;
    }
    const inner = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    if (!inner.includes('\\')) return inner;
    return inner.replace(
      /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]+)\}|(.))/gs,
      (_all, x, u, b, one) => {
        const code = x ?? u ?? b;
        return code
          ? String.fromCodePoint(Math.min(Number.parseInt(code, 16), 0x10ffff))
          : (simpleEscapes[one] ?? one);
      },
    );
  }

  #word(depth: number): Json {
    const number = this.#try(/-?(?:\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?|Infinity)n?(?![\w:-])/iy);
    if (number !== undefined) {
      const value = Number(number.replace(/[n_]/g, ''));
      return Number.isFinite(value) ? value : null;
    }
    const word = this.#match(
      /<ref \*\d+>|Symbol\([^)\n]*\)|\d{4}-\d\d-\d\dT[\d:.]+Z|[A-Za-z_$][\w$]*(?:\(\d+\))?|<[^>\n]*>/y,
    );
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null' || word === 'undefined' || word === 'NaN') return null;
    this.space();
    const next = this.#text[this.#at];
    const named = next === '{' || next === '[';
    return named ? this.value(depth + 1) : word;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #try(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #match(pattern: RegExp): string {
    const found = this.#try(pattern);
    if (!found) throw this.unexpected();
    return found;
  }
}
