/** Items that are parsed at a time: what a parser keeps of a text is many times its size. */
const itemsAtATime = 500;

export interface Part {
  text: string;
  /** What is to be added to a line of the part for its line in the file. */
  lineOffset: number;
}

/**
 * Cuts a long file that ends in a block list `checks:` into parts that are parsed one after another. The first part has all
 * that stands before the list. What has anchors, or anything behind the list, is left whole.
 */
export function partsOf(text: string): Part[] {
  const whole = [{ text, lineOffset: 0 }];
  if (text.length < 100_000 || /(^|[\s:,[{-])[&*][\w-]/m.test(text)) return whole;
  const lines = text.split('\n');
  const head = lines.findIndex((line) => /^checks:\s*(#.*)?$/.test(line));
  const first = lines.findIndex((line, index) => index > head && /^ *- /.test(line));
  if (head < 0 || first < 0) return whole;
  const indent = /^ */.exec(lines[first]!)![0];
  const starts: number[] = [];
  for (let index = head + 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (line.startsWith(`${indent}- `)) starts.push(index);
    else if (line.trim() !== '' && !/^\s*#/.test(line) && !line.startsWith(`${indent} `)) return whole;
  }
  const parts: Part[] = [];
  for (let at = 0; at < starts.length; at += itemsAtATime) {
    const [from, to] = [starts[at]!, starts[at + itemsAtATime] ?? lines.length];
    if (at === 0) parts.push({ text: lines.slice(0, to).join('\n'), lineOffset: 0 });
    else parts.push({ text: `checks:\n${lines.slice(from, to).join('\n')}`, lineOffset: from - 1 });
  }
  return parts;
}
