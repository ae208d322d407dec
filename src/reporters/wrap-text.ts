import { stripVTControlCharacters } from 'node:util';

/** Breaks at spaces, and inside a word only where it is longer than a line. */
export function wrapText(text: string, columns: number): string[] {
  const width = Math.max(10, columns);
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const at = space > 0 ? space : width;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  lines.push(rest);
  return lines;
}

const leastRoom = 20;

/** `text` beside `start`, folded under itself; where too little room is left there, below it. `start` may be coloured. */
export function besideText(
  start: string,
  text: string,
  columns: number,
  paint: (part: string) => string = String,
): string[] {
  const width = stripVTControlCharacters(start).length;
  if (columns - width >= leastRoom) {
    const room = columns - width;
    return wrapText(text, room).map(
      (part, index) => `${index === 0 ? start : ' '.repeat(width)}${paint(part)}`,
    );
  }
  const indent = ' '.repeat(6);
  const below = wrapText(text, columns - indent.length).map((part) => `${indent}${paint(part)}`);
  return [start.trimEnd(), ...below];
}
