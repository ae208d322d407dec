import { wrapText } from '../base/wrap-text.ts';

/** An indented line of help, and the second column behind it. */
const twoColumns = /^(\s+\S.*?) {2,}(\S.*)$/;

/**
 * Help for a window of this width. What commander puts together fits already; our own prose is folded, and where an
 * example leaves no room for its words, they stand below it. Examples themselves are never folded: they are copied.
 */
export function foldHelp(text: string, columns: number): string {
  if (text.split('\n').every((line) => line.length <= columns)) return text;
  return text
    .split(/\n(?=\n)/)
    .flatMap((block) => foldBlock(block.split('\n'), columns))
    .join('\n');
}

function foldBlock(lines: readonly string[], columns: number): string[] {
  const isTooWide = lines.some((line) => line.length > columns);
  const folded: string[] = [];
  let prose: string[] = [];
  const endProse = () => {
    if (prose.length > 0) folded.push(...wrapText(prose.join(' '), columns));
    prose = [];
  };
  for (const line of lines) {
    const isIndented = line.startsWith(' ');
    if (isIndented || line === '' || line.endsWith(':')) endProse();
    const [, left, right] = (isTooWide && twoColumns.exec(line)) || [];
    if (left && right) folded.push(left, ...wrapText(right, columns - 6).map((part) => `      ${part}`));
    else if (isIndented || line === '' || line.endsWith(':')) folded.push(line);
    else prose.push(line);
  }
  endProse();
  return folded;
}
