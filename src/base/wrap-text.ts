import { stripVTControlCharacters } from 'node:util';
import { knownSecrets } from './known-secrets.ts';

/**
 * Wraps text at spaces, and inside a word only if it is longer than a line. All lines except the first start with `hang`
 * spaces. Secrets are redacted first: a wrapped secret would not be recognized.
 */
export function wrapText(text: string, columns: number, hang = 0): string[] {
  const lead = ' '.repeat(hang);
  const lines: string[] = [];
  let rest = knownSecrets(text.trimEnd());
  for (;;) {
    const start = lines.length === 0 ? '' : lead;
    const width = Math.max(10, columns - start.length);
    if (rest.length <= width) return [...lines, `${start}${rest}`];
    const space = rest.lastIndexOf(' ', width);
    const at = space > rest.length - rest.trimStart().length ? space : width;
    lines.push(`${start}${rest.slice(0, at).trimEnd()}`);
    rest = rest.slice(at).trimStart();
  }
}

const leastRoom = 20;
const belowIndent = ' '.repeat(6);

/**
 * Returns `text` beside `start`, wrapped under itself; below it where too little room is left, or where that keeps a word
 * unbroken. `start` may be coloured.
 */
export function besideText(
  start: string,
  text: string,
  columns: number,
  paint: (part: string) => string = String,
): string[] {
  const width = stripVTControlCharacters(start).length;
  const room = columns - width;
  const roomBelow = columns - belowIndent.length;
  const longest = Math.max(...text.split(' ').map((word) => word.length));
  if (room >= leastRoom && (longest <= room || longest > roomBelow)) {
    return wrapText(text, room).map(
      (part, index) => `${index === 0 ? start : ' '.repeat(width)}${paint(part)}`,
    );
  }
  const below = wrapText(text, roomBelow).map((part) => `${belowIndent}${paint(part)}`);
  return start.trim() === '' ? below : [start.trimEnd(), ...below];
}
