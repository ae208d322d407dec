/** A body, an output, a file: compared as a whole with a string, and line by line with a list of patterns. */
export class TextLines {
  readonly text: string;
  #lines: string[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get lines(): string[] {
    this.#lines ??= linesOf(this.text);
    return this.#lines;
  }
}

/** What ends with a newline has no empty line behind it. */
export function linesOf(text: string, separator: RegExp | string = /\r?\n/): string[] {
  const lines = text.split(separator);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
