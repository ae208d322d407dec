import { knownSecrets } from './known-secrets.ts';

/**
 * Characters that steer a terminal or reorder text: C0 but tab and newline, DEL, C1 (among them CSI, OSC, DCS),
 * bidirectional controls, zero-width characters, line and paragraph separators, lone surrogates.
 * Whatever a service sends goes through here before a person sees it (`util.stripVTControlCharacters` lets C1,
 * CR and bidi through).
 */
const unsafe =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Text of a service as a person may see it: secrets are replaced, and what would steer a terminal or the runner of a CI
 * job is shown as visible escapes: `\x1b`, `\u202e`. Keeps tab and newline.
 */
export function safeText(text: string): string {
  return escapedText(knownSecrets(text));
}

/** One safe line of at most `maxLength` characters, whitespace folded, the cut marked with `…`. */
export function safeLine(text: string, maxLength = 500): string {
  const line = escapedText(knownSecrets.start(text, maxLength * 4))
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1)}…`;
}

/**
 * The first characters of a text of a service, without its secrets; the cut is marked with `…`. With `from: 'end'`, the
 * last ones. Text that is short enough is returned as it is. What is cut in any other way may end in a part of a secret, which nothing recognizes any more.
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
/** By name: an SQL statement may begin a line with `::regclass::text`. */
const commandAtLineStart =
  /^([^\S\n]*):(?=:(?:add-mask|add-matcher|add-path|debug|echo|end-?group|error|group|notice|remove-matcher|save-state|set-env|set-output|stop-commands|warning)(?:\s[^\n]*)?::)/gim;
const commandInBrackets = /##(?=\[|(?:vso|teamcity)\[)/gi;

/**
 * Text that gives no command to the runner of a CI job: GitHub takes `::error::` at the start of a line, Azure Pipelines
 * `##[error]` and `##vso[…]`, TeamCity `##teamcity[…]` anywhere. A character of each is written as an escape that is the
 * same character in JSON.
 */
export function inertCommands(text: string): string {
  const inert = text.includes('##') ? text.replace(commandInBrackets, '#\\u0023') : text;
  return inert.includes('::') ? inert.replace(commandAtLineStart, '$1\\u003a') : inert;
}

const steering = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Text whose characters beyond ASCII steer no terminal, and that is the same in JSON. C0 is left: an output moves the
 * cursor and colours with it, and JSON has none of it.
 */
export function withoutSteering(text: string): string {
  return text.replace(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
