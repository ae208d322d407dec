const pair = /(?:^|\s)([A-Za-z_@][\w.@/-]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))/gy;

/** The fields of a line that is nothing but `key=value` pairs; `undefined` where it is anything else. */
export function parseLogfmt(line: string): Record<string, string> | undefined {
  const text = line.trim();
  if (!/^[A-Za-z_@][\w.@/-]*=/.test(text)) return undefined;
  const fields: Record<string, string> = Object.create(null);
  let count = 0;
  let end = 0;
  pair.lastIndex = 0;
  for (let match = pair.exec(text); match; match = pair.exec(text)) {
    fields[match[1]!] = match[2] === undefined ? match[3]! : match[2].replace(/\\(["\\])/g, '$1');
    count += 1;
    end = pair.lastIndex;
  }
  return count >= 2 && end === text.length ? fields : undefined;
}
