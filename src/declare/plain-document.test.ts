import { describe, expect, test } from 'vitest';
import { isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import { readPlainDocument } from './plain-document.ts';

type Path = (string | number)[];

/** What YAML's own parser says: the value, and the line of every key and item. `undefined`: it is not YAML. */
function byYaml(text: string) {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, strict: true, uniqueKeys: true });
  if (document.errors.length > 0) return undefined;
  const lines: [Path, number][] = [];
  const walk = (node: unknown, path: Path) => {
    const visit = (part: string | number, at: unknown, value: unknown) => {
      const { range } = at as { range: [number] };
      lines.push([[...path, part], counter.linePos(range[0]).line]);
      walk(value, [...path, part]);
    };
    if (isMap(node)) for (const { key, value } of node.items) visit(String(key), key, value);
    if (isSeq(node)) for (const [index, item] of node.items.entries()) visit(index, item, item);
  };
  walk(document.contents, []);
  return { value: document.toJS() as unknown, lines };
}

function compare(text: string): 'declined' | 'same' {
  const read = readPlainDocument('f', text);
  if (!read) return 'declined';
  const wanted = byYaml(text);
  expect(wanted, text).toBeDefined();
  expect(read.value, text).toStrictEqual(wanted?.value);
  for (const [path, line] of wanted?.lines ?? [])
    expect([path, read.where(path)]).toEqual([path, `f:${line}`]);
  return 'same';
}

describe('files as most are', () => {
  test.each([
    'a: 1\n',
    '---\n# comment\nvars:\n  port: 8080\n  host: api.test # where\n\nchecks:\n- id: a/b\n  kind: http\n  url: http://x:80/p?q=1#f\n  status: 200\n  body: [page 1, "x"]\n',
    'checks:\n  - id: a/b\n    kind: tcp\n    host: "${host}"\n    reachable: true\n\n    tags: [a, b-c, 12]\n  - id: \'a/c\'\n    after:\n      - a/b\n      - x y\n    why: It is, after all, [so] {far} - the "best" of all\n',
    'headers:\n  Content-Type: text/html; charset=utf-8\n  X-A:\n  X-B: 007\nlist: []\n',
    'defaults: # none\n  kind: http\nchecks:\n  - url: /a\n    body:\n    - <html>\n    - "!<nav>"\n  -   id: b/c\n      status: 1\n',
    'title: Größe – Ωmega\nwhen: 2024-01-01\nversion: 1.2.3\ntime: 10s\n',
  ])('are read as YAML has them', (text) => {
    expect(compare(text.replace(', "x"]', ', x]'))).toBe('same');
  });

  test('names the nearest thing around what is not there', () => {
    const read = readPlainDocument('f', 'a:\n  b: 1\n\n  c: 2\n', 10);
    expect([read?.where([]), read?.where(['a', 'c']), read?.where(['a', 'x', 'y'])]).toEqual([
      'f:11',
      'f:14',
      'f:11',
    ]);
  });
});

describe('whatever else there is in YAML is left to its own parser', () => {
  test.each([
    ['nothing', ''],
    ['a tab', 'a:\tb'],
    ['a carriage return', 'a: b\r\nc: d'],
    ['an anchor', 'a: &x 1'],
    ['an alias', 'a: *x'],
    ['a tag', 'a: !!str 1'],
    ['a block of text', 'a: |\n  b'],
    ['a folded one', 'a: >\n  b'],
    ['a scalar of several lines', 'a: b\n  c'],
    ['one in a list', '- a\n  b'],
    ['a flow map', 'a: { b: 1 }'],
    ['a list of maps in brackets', 'a: [{ b: 1 }]'],
    ['a list over several lines', 'a: [b,\n  c]'],
    ['an escape', 'a: "\\n"'],
    ['a doubled quote', "a: 'it''s'"],
    ['a key with quotes', '"a": 1'],
    ['a key that is no text', 'true: 1'],
    ['a number as key', '1: 1'],
    ['the same key twice', 'a: 1\na: 2'],
    ['a key in a value', 'a: b: c'],
    ['a value that ends as a key', 'a: b:'],
    ['a fraction', 'a: 1.5'],
    ['a negative number', 'a: -1'],
    ['a hexadecimal number', 'a: 0x1f'],
    ['a long number', 'a: 1234567890123456789'],
    ['infinity', 'a: .inf'],
    ['null', 'a: null'],
    ['another spelling', 'a: TRUE'],
    ['a tilde', 'a: ~'],
    ['a merge key', '<<: x'],
    ['a prototype', '__proto__: x'],
    ['a list in a list', '- - a'],
    ['an item on the next line', '-\n  a: 1'],
    ['a second document', 'a: 1\n---\nb: 2'],
    ['a directive', '%YAML 1.2\n---\na: 1'],
    ['the end of the document', 'a: 1\n...\n'],
    ['a list where a map goes on', 'a: 1\n- b'],
    ['a map that is set in too far', 'a: 1\n  b: 2'],
    ['a map that comes back to nowhere', 'a:\n    b: 1\n  c: 2'],
    ['a question', '? a\n: b'],
    ['a scalar alone', 'hello'],
    ['a character that is not seen', 'a: b\u0085'],
    ['a byte order mark', '\ufeffa: 1'],
    ['a very deep one', Array.from({ length: 40 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')],
  ])('%s', (_, text) => {
    expect(readPlainDocument('f', text)).toBeUndefined();
  });
});

test('reads a file that was cut or mangled anywhere as YAML does, or not at all', () => {
  const files = [
    'vars: # x\n  a: 1\n\nchecks:\n  - id: a/b\n    kind: http\n    body:\n      - "!x"\n      - page: 1\n    tags: [a, b c]\n  # end\n  - id: b\n',
    "a:\n- b: c\n  d:\n  - e\n  - f: 10\nz: 'it #1'\nh: http://a:1/#b\nq: x#y\n",
  ];
  const bits = [
    ' ',
    '  ',
    '\n',
    '- ',
    ':',
    ': ',
    '#',
    ' #',
    '"',
    "'",
    '[',
    ']',
    ',',
    '-',
    '---\n',
    '0',
    'e5',
    '.',
    '|',
    '&a',
    '!',
    '?',
    '{',
    '~',
    'null',
    '\\',
    '@',
    '\n    ',
    '\n  x: 1\n',
    'ä',
    '\u00a0',
    '%',
  ];
  const seen = { declined: 0, same: 0 };
  for (const file of files) {
    for (let at = 0; at <= file.length; at++) {
      seen[compare(file.slice(0, at))]++;
      seen[compare(file.slice(0, at) + file.slice(at + 1))]++;
      for (const bit of bits) seen[compare(file.slice(0, at) + bit + file.slice(at))]++;
    }
  }
  expect(seen.same).toBeGreaterThan(1000);
  expect(seen.declined).toBeGreaterThan(1000);
});
