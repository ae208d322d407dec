/**
 * Characters that steer a terminal or reorder text: C0 but tab and newline, DEL, C1 (among them CSI, OSC, DCS),
 * bidirectional controls, zero-width characters, line and paragraph separators, lone surrogates.
 * Whatever a service sends goes through here before a person sees it (`util.stripVTControlCharacters` lets C1,
 * CR and bidi through).
 */
const unsafe =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Shows steering characters as visible escapes: `\x1b`, `\u202e`. Keeps tab and newline. */
export function safeText(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.charCodeAt(0);
    return code < 256
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** One safe line of at most `maxLength` characters, whitespace folded, the cut marked with `…`. */
export function safeLine(text: string, maxLength = 500): string {
  const line = safeText(text.slice(0, maxLength * 4))
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1)}…`;
}
