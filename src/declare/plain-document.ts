import type { DeclaredDocument, Path } from './declared-document.ts';

/** What stands at a line: which keys of a map, which items of a list. */
type Lines = Map<object, number[]>;

/** Text that says nothing unusual is read in a twentieth of the time that a YAML parser takes for it. */
class NotPlain extends Error {}

const deepest = 20;
const longest = 4096;
const end = / +(?:#.*)?$/;
const key = /^([A-Za-z_][\w./-]{0,199}):(?: +(.*))?$/;
/** A plain scalar begins with none of YAML's indicators, and holds nothing that could end it or be a key. */
const plain =
  /^[A-Za-z0-9_/$<(^=\\;\u00c0-\u1fff](?:[^\u0000-\u001f\u007f-\u00a0\u2028\u2029\ud800-\udfff\ufeff:#]|:(?=[^ ])|(?<! )#)*$/;
const quoted =
  /^(?:"([^"\\\u0000-\u001f\u007f-\u00a0\u2028\u2029\ufeff]*)"|'([^'\u0000-\u001f\u007f-\u00a0\u2028\u2029\ufeff]*)')$/;
const inList = /^[\w/$](?:[\w/$. -]*[\w/$.-])?$/;
const keyword = /^(?:null|true|false)$/i;
const wholeNumber = /^\d{1,15}$/;
/** All that YAML 1.2's core schema may take for a number. */
const numberLike = /^[-+]?(?:0o[0-7]+|0x[\da-f]+|\d*\.?\d*(?:e[-+]?\d+)?|\.inf|\.nan)$/i;

/**
 * Reads YAML as most files of checks are: block maps and lists, one-line scalars, lists of words in brackets, comments.
 * Gives nothing for whatever is not just that or could be wrong: it is then YAML's own parser that reads it and tells.
 */
export function readPlainDocument(name: string, text: string, lineOffset = 0): DeclaredDocument | undefined {
  if (/[\t\r]/.test(text)) return undefined;
  const reader = new Reader(text.split('\n'));
  try {
    const value = reader.document();
    return { value, where: (path) => `${name}:${lineOf(value, path, reader.keyLines) + lineOffset}` };
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

function lineOf(top: unknown, path: Path, lines: Lines): number {
  let node = top;
  let line = lines.get(top as object)?.[0] ?? 1;
  for (const part of path) {
    if (typeof node !== 'object' || node === null) break;
    const at = Array.isArray(node) ? Number(part) : Object.keys(node).indexOf(String(part));
    const found = lines.get(node)?.[at];
    if (found === undefined) break;
    line = found;
    node = (node as Record<string | number, unknown>)[part];
  }
  return line;
}

class Reader {
  readonly keyLines: Lines = new Map();
  readonly #lines: string[];
  /** The line that is looked at, its indentation, and what stands in it. */
  #at = -1;
  #indent = -1;
  #content = '';

  constructor(lines: string[]) {
    this.#lines = lines;
  }

  document(): unknown {
    this.#next();
    if (this.#content === '---' && this.#indent === 0) this.#next();
    if (this.#indent !== 0) throw new NotPlain();
    const value = this.#block(0, 0);
    if (this.#at < this.#lines.length) throw new NotPlain();
    return value;
  }

  /** To the next line that says something; the indentation is -1 behind the last one. */
  #next(): void {
    for (this.#at++; this.#at < this.#lines.length; this.#at++) {
      const line = this.#lines[this.#at] as string;
      if (line.length > longest) throw new NotPlain();
      let indent = 0;
      while (line.charCodeAt(indent) === 32) indent++;
      if (indent === line.length || line.charCodeAt(indent) === 35) continue;
      this.#indent = indent;
      this.#content = indent === 0 ? line : line.slice(indent);
      return;
    }
    this.#indent = -1;
    this.#content = '';
  }

  #block(indent: number, depth: number): unknown {
    if (depth > deepest) throw new NotPlain();
    return this.#content.startsWith('- ') ? this.#list(indent, depth) : this.#map(indent, depth);
  }

  #list(indent: number, depth: number): unknown[] {
    const list: unknown[] = [];
    const lines: number[] = [];
    this.keyLines.set(list, lines);
    while (this.#indent === indent && this.#content.startsWith('- ')) {
      const item = this.#content.slice(2).replace(/^ +/, '');
      lines.push(this.#at + 1);
      if (key.test(item)) {
        // The map begins in the item's own line, as far to the right as it stands there.
        this.#indent = indent + this.#content.length - item.length;
        this.#content = item;
        list.push(this.#map(this.#indent, depth + 1));
      } else {
        list.push(scalarOf(item));
        this.#next();
      }
      if (this.#indent > indent) throw new NotPlain();
    }
    return list;
  }

  #map(indent: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    const lines: number[] = [];
    this.keyLines.set(map, lines);
    while (this.#indent === indent) {
      const found = key.exec(this.#content);
      if (!found) {
        if (this.#content.startsWith('- ')) break;
        throw new NotPlain();
      }
      const name = found[1] as string;
      const written = found[2];
      if (Object.hasOwn(map, name) || keyword.test(name) || name === '__proto__') throw new NotPlain();
      lines.push(this.#at + 1);
      this.#next();
      if (written !== undefined && written !== '' && !written.startsWith('#')) {
        map[name] = scalarOf(written);
      } else if (this.#indent > indent || (this.#indent === indent && this.#content.startsWith('- '))) {
        map[name] = this.#block(this.#indent, depth + 1);
      } else map[name] = null;
      if (this.#indent > indent) throw new NotPlain();
    }
    return map;
  }
}

/** Only spaces are white space to YAML here. */
function withoutEnd(text: string): string {
  return text.endsWith(' ') || text.includes(' #') ? text.replace(end, '') : text;
}

function scalarOf(written: string): unknown {
  const text = withoutEnd(written);
  if (plain.test(text)) return resolved(text);
  const found = quoted.exec(text);
  if (found) return found[1] ?? found[2];
  if (text === '[]') return [];
  if (text.startsWith('[') && text.endsWith(']')) {
    return text
      .slice(1, -1)
      .split(',')
      .map((item) => {
        const trimmed = item.replace(/^ +| +$/g, '');
        if (!inList.test(trimmed)) throw new NotPlain();
        return resolved(trimmed);
      });
  }
  throw new NotPlain();
}

function resolved(text: string): unknown {
  if (wholeNumber.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  if (keyword.test(text) || numberLike.test(text)) throw new NotPlain();
  return text;
}
