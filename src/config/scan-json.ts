/** Where things are in a JSON text: JSON.parse does not report it, or reports it with the text, secrets included. */
export interface JsonScan {
  /** Offset of each member's key, and of each array's element, by path. */
  offsets: Map<string, number>;
  /** The first syntax error. */
  error?: { offset: number; message: string };
  /** Members that have the name of an earlier one. */
  duplicates: { path: string; offset: number }[];
}

/** Deeper than any configuration; keeps the recursion off the stack's end. */
const maxDepth = 64;

const space = /[ \t\r\n]*/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Reads a text as strict JSON; an error has no part of the text in its message. */
export function scanJson(text: string): JsonScan {
  const scan: JsonScan = { offsets: new Map(), duplicates: [] };
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found) at += found.length;
    return found;
  };
  const fail = (message: string): never => {
    throw { offset: at, message } satisfies JsonScan['error'];
  };
  const isNext = (character: string): boolean => {
    take(space);
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  const value = (path: string, depth: number): void => {
    take(space);
    if (depth > maxDepth) fail(`nested deeper than ${maxDepth} levels`);
    if (isNext('{')) members(path, depth);
    else if (isNext('[')) elements(path, depth);
    else if (!take(string) && !take(scalar)) fail(at < text.length ? 'expected a value' : 'ends too early');
  };
  const members = (path: string, depth: number): void => {
    if (isNext('}')) return;
    const seen = new Set<string>();
    do {
      take(space);
      const offset = at;
      const raw = take(string) ?? fail('expected a name in double quotes');
      const name = String(JSON.parse(raw));
      const memberPath = path === '' ? name : `${path}.${name}`;
      if (seen.has(name)) scan.duplicates.push({ path: memberPath, offset });
      seen.add(name);
      scan.offsets.set(memberPath, offset);
      if (!isNext(':')) fail('expected ":" after the name');
      value(memberPath, depth + 1);
    } while (isNext(','));
    if (!isNext('}')) fail('expected "," or "}"');
  };
  const elements = (path: string, depth: number): void => {
    if (isNext(']')) return;
    let index = 0;
    do {
      take(space);
      scan.offsets.set(`${path}.${index}`, at);
      value(`${path}.${index++}`, depth + 1);
    } while (isNext(','));
    if (!isNext(']')) fail('expected "," or "]"');
  };
  try {
    value('', 0);
    take(space);
    if (at < text.length) fail('something follows the end of the value');
  } catch (error) {
    scan.error = error as NonNullable<JsonScan['error']>;
  }
  return scan;
}
