import { knownSecrets } from './known-secrets.ts';

/**
 * Characters that control a terminal or reorder text: C0 except tab and newline, DEL, C1 (among them CSI, OSC, DCS),
 * bidirectional controls, zero-width characters, line and paragraph separators, lone surrogates.
 * All text of a service is escaped before it is printed (`util.stripVTControlCharacters` keeps C1, CR and bidi).
 */
const unsafe =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Returns text of a service for printing: secrets are redacted, and characters that control a terminal or a CI runner
 * are shown as visible escapes: `\x1b`, `\u202e`. Keeps tab and newline.
 */
export function safeText(text: string): string {
  return escapedText(knownSecrets(text));
}

/** Returns one safe line of at most `maxLength` characters, white space collapsed, a cut marked with `…`. */
export function safeLine(text: string, maxLength = 500): string {
  const line = escapedText(knownSecrets.start(text, maxLength * 4))
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1)}…`;
}

/**
 * Returns the first characters of a text of a service, or with `from: 'end'` the last ones, without secrets and with a
 * cut marked with `…`. Returns short text unchanged. Text must not be cut otherwise: a partial secret is not recognized.
 */
export function excerpt(
  text: string,
  maxLength: number,
  { from = 'start' }: { from?: 'start' | 'end' } = {},
): string {
  if (text.length <= maxLength) return text;
  const shown =
    from === 'start' ? knownSecrets.start(text, maxLength - 1) : knownSecrets.end(text, maxLength - 1);
  return from === 'start' ? `${shown}…` : `…${shown}`;
}

function escapedText(text: string): string {
  const shown = text.replace(unsafe, (character) => {
    const code = character.charCodeAt(0);
    return code < 256
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return shown.includes('::')
    ? inertCommands(shown.replace(commandAnywhere, '\\u003a:'))
    : inertCommands(shown);
}

const commandAnywhere = /::(?=[a-z][\w-]*(?:\s[^\n]*)?::)/gi;
/** Commands by name, because an SQL statement may start a line with `::regclass::text`. */
const commandAtLineStart =
  /^([^\S\n]*):(?=:(?:add-mask|add-matcher|add-path|debug|echo|end-?group|error|group|notice|remove-matcher|save-state|set-env|set-output|stop-commands|warning)(?:\s[^\n]*)?::)/gim;
const commandInBrackets = /##(?=\[|(?:vso|teamcity)\[)/gi;

/**
 * Escapes commands to a CI runner: GitHub executes `::error::` at the start of a line, Azure Pipelines
 * `##[error]` and `##vso[…]`, TeamCity `##teamcity[…]` anywhere. One character of each becomes a JSON escape of the
 * same character.
 */
export function inertCommands(text: string): string {
  const inert = text.includes('##') ? text.replace(commandInBrackets, '#\\u0023') : text;
  return inert.includes('::') ? inert.replace(commandAtLineStart, '$1\\u003a') : inert;
}

const steering = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Escapes characters beyond ASCII that control a terminal; the result is the same in JSON. Keeps C0, with which output
 * moves the cursor and sets colours; JSON does not contain it.
 */
export function withoutSteering(text: string): string {
  return text.replace(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
