/** Breaks at spaces, and inside a word only where it is longer than a line. */
export function wrapText(text: string, columns: number): string[] {
  const width = Math.max(10, columns);
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const at = space > width / 2 ? space : width;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at).trimStart();
  }
  lines.push(rest);
  return lines;
}
