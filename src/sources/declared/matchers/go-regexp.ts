const classes: Record<string, string> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-/:-@[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/** A pattern in Go's syntax, which gossfiles have, as one of ours: named groups, flags in front, POSIX classes, text anchors. */
export function goRegExp(source: string): RegExp {
  let flags = 'u';
  const inFront = /^\(\?([imsU]+)\)/.exec(source);
  let body = source;
  if (inFront) {
    body = source.slice(inFront[0].length);
    for (const flag of new Set(inFront[1])) {
      if (flag === 'U') throw new SyntaxError('the flag U (ungreedy) is not supported');
      flags += flag;
    }
  }
  body = body
    .replace(/\(\?P</g, '(?<')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => classes[name] ?? whole)
    .replace(/\\([Az])/g, (_whole, anchor: string) => (anchor === 'A' ? '^' : '$'));
  try {
    return new RegExp(body, flags);
  } catch (error) {
    // Escapes like `\-` or `\/`, which the strict grammar forbids and Go admits.
    try {
      return new RegExp(body, flags.replace('u', ''));
    } catch {
      throw error;
    }
  }
}
