import { inertCommands } from '../base/safe-text.ts';

/** JSON that is also harmless on a terminal and in a CI job: what steers them is escaped, which changes nothing for a parser. */
export function inertJson(json: string): string {
  const text = inertCommands(json);
  return text.replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/g,
    (character, at: number) => {
      const code = character.charCodeAt(0);
      const isPair =
        (code >= 0xd800 && code <= 0xdbff && /[\udc00-\udfff]/.test(text[at + 1] ?? '')) ||
        (code >= 0xdc00 && code <= 0xdfff && /[\ud800-\udbff]/.test(text[at - 1] ?? ''));
      return isPair ? character : `\\u${code.toString(16).padStart(4, '0')}`;
    },
  );
}
