import { safeLine, safeText } from '../base/safe-text.ts';

/**
 * What a service sent must not steer who reads a report: not a terminal, and not the runner of a CI job, which takes
 * `::error::` at the start of a line and `##[…]` anywhere for commands. Both are shown as visible escapes.
 */
export function inertLine(text: string, maxLength?: number): string {
  return withoutCommands(safeLine(text, maxLength));
}

/** The same, with the line breaks kept. */
export function inertText(text: string): string {
  return withoutCommands(safeText(text));
}

function withoutCommands(text: string): string {
  return text.replace(/::(?=[a-z][\w-]*(?:\s[^\n]*)?::)/gi, '\\x3a:').replaceAll('##[', '#\\x23[');
}

/** JSON that is also harmless on a terminal: what steers it is escaped, which changes nothing for a parser. */
export function inertJson(json: string): string {
  return json
    .replaceAll('##[', '#\\u0023[')
    .replace(
      /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/g,
      (character, at: number) => {
        const code = character.charCodeAt(0);
        const isPair =
          (code >= 0xd800 && code <= 0xdbff && /[\udc00-\udfff]/.test(json[at + 1] ?? '')) ||
          (code >= 0xdc00 && code <= 0xdfff && /[\ud800-\udbff]/.test(json[at - 1] ?? ''));
        return isPair ? character : `\\u${code.toString(16).padStart(4, '0')}`;
      },
    );
}
