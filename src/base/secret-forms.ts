/** A piece of a secret in all of its encodings. */
export interface SecretForm {
  /** Characters of the piece. */
  length: number;
  /** Texts of which one occurs, after `plainLetters`, in every text that contains the piece. */
  anchors: string[];
  /** Built at first use: this takes a millisecond. */
  readonly pattern: RegExp;
}

/** Longer secrets are searched in pieces, so that a part of one is found as well. A multiple of three, for Base64. */
const pieceLength = 63;
/** Longest form of one character: `&amp;#x0002f;`. */
export const longestCharacter = 13;
/** Shorter secrets are replaced only as whole words. */
const leastInsideWords = 6;
const leastDigits = 6;

const escapedLetter =
  /%(?:25)*([3-7][0-9a-fA-F])|&(?:amp;)?#0*(\d{2,3});?|&(?:amp;)?#[xX]0*([3-7][0-9a-fA-F]);?|\\+(?:u00|x)([3-7][0-9a-fA-F])/g;
const mayBeEscaped = /%(?:25)*[3-7]|&(?:amp;)?#|\\[ux]|<Buffer /;

/** Replaces escapes of letters and digits by the characters; keeps all other text. */
export function plainLetters(text: string): string {
  if (!mayBeEscaped.test(text)) return text;
  return text
    .replace(escapedLetter, (all, percent, decimal, entity, backslash) => {
      const code = decimal ? Number(decimal) : Number.parseInt(percent ?? entity ?? backslash, 16);
      const character = String.fromCharCode(code);
      return /[A-Za-z0-9]/.test(character) ? character : all;
    })
    .replace(/<Buffer ((?:[0-9a-f]{2} ?)+)/g, (_all, pairs: string) => pairs.replaceAll(' ', ''));
}

export function formsOf(secret: string): SecretForm[] {
  return piecesOf(secret).map((piece) => {
    const bytes = Buffer.from(piece, 'utf8');
    const digits = [0, 1, 2]
      .map((shift) => insideBase64(bytes, shift))
      .filter(({ sure }) => sure.length >= leastDigits);
    const hex = bytes.toString('hex');
    let pattern: RegExp | undefined;
    return {
      length: piece.length,
      anchors: [
        longestRun(piece),
        ...digits.map(({ sure }) => longestRun(sure)),
        hex.slice(0, 16),
        hex.slice(0, 16).toUpperCase(),
      ],
      get pattern() {
        pattern ??= patternOf(piece, digits, hex);
        return pattern;
      },
    };
  });
}

function patternOf(piece: string, digits: Base64Digits[], hex: string): RegExp {
  const forms = [
    asWord(piece, [...piece].map(written).join('')),
    ...digits.map(base64Pattern),
    (hex.match(/../g) ?? []).map(anyCase).join('[ :]?'),
  ];
  return new RegExp(forms.join('|'), 'g');
}

/** Returns the lines of a private key or another text of several lines, long lines in parts. */
function piecesOf(secret: string): string[] {
  const isPem = secret.includes('-----BEGIN');
  const lines = secret
    .split(isPem ? /\r?\n|(?:\\r)?\\n/ : /\r?\n/)
    .filter((line) => line.length >= 4 && !(isPem && line.includes('-----')));
  return lines.flatMap((line) => {
    const pieces: string[] = [];
    let rest = line;
    for (; rest.length > pieceLength * 1.5; rest = rest.slice(pieceLength))
      pieces.push(rest.slice(0, pieceLength));
    return [...pieces, rest];
  });
}

function asWord(piece: string, source: string): string {
  return piece.length < leastInsideWords ? `(?<![A-Za-z0-9])(?:${source})(?![A-Za-z0-9])` : source;
}

const entities: Record<string, string> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
  '/': 'sol',
  '!': 'excl',
  '#': 'num',
  $: 'dollar',
  '%': 'percnt',
  '(': 'lpar',
  ')': 'rpar',
  '*': '(?:ast|midast)',
  '+': 'plus',
  ',': 'comma',
  '.': 'period',
  ':': 'colon',
  ';': 'semi',
  '=': 'equals',
  '?': 'quest',
  '@': 'commat',
  '[': '(?:lsqb|lbrack)',
  '\\': 'bsol',
  ']': '(?:rsqb|rbrack)',
  '^': 'Hat',
  _: '(?:lowbar|UnderBar)',
  '`': '(?:grave|DiacriticalGrave)',
  '{': '(?:lcub|lbrace)',
  '|': '(?:verbar|vert|VerticalLine)',
  '}': '(?:rcub|rbrace)',
  ' ': 'nbsp',
};

/** Returns the pattern of a character in each form: literal, percent-encoded, HTML entity, escape of JSON or of a shell. */
function written(character: string): string {
  const code = character.codePointAt(0) as number;
  const hex = code.toString(16);
  const name = entities[character];
  return `(?:${[
    percent(Buffer.from(character, 'utf8')),
    ...(code >= 128 && code < 256 ? [percent(Buffer.from([code]))] : []),
    `&(?:amp;)?#(?:0{0,4}${code}|[xX]0{0,4}${anyCase(hex)});?`,
    ...(name ? [`&(?:amp;)?${name};`] : []),
    character
      .split('')
      .map((unit) => `\\\\{1,4}u${anyCase(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`)
      .join(''),
    ...(code < 256 ? [`\\\\{1,4}x${anyCase(hex.padStart(2, '0'))}`] : []),
    // Last: `%` and `&` also start their longer forms.
    ...literal(character, code),
  ].join('|')})`;
}

function literal(character: string, code: number): string[] {
  if (/[A-Za-z0-9]/.test(character)) return [character];
  if (code >= 128) {
    const misread = Buffer.from(character, 'utf8').toString('latin1');
    return [`\\\\{0,4}${character}`, escaped(misread)];
  }
  if (character === ' ') return ['\\\\{0,4} ', '\\+'];
  if (character === '\t') return ['\t', '\\\\{1,4}t'];
  // A shell closes its quotes around one, SQL doubles it.
  if (character === "'") return ["'\\\\{1,4}''", `'"'"'`, "''", "\\\\{0,7}'"];
  if (character === '\\') return ['\\\\{1,8}'];
  return [`\\\\{0,7}${escaped(character)}`];
}

function percent(bytes: Buffer): string {
  return [...bytes].map((byte) => `%(?:25){0,2}${anyCase(byte.toString(16).padStart(2, '0'))}`).join('');
}

interface Base64Digits {
  /** Digits that encode only these bytes, independent of their neighbours. */
  sure: string;
  /** Last digit where no bytes follow. */
  last: string;
}

/** Returns the digits of these bytes behind `shift` others, modulo three: `Basic base64(user:password)`. */
function insideBase64(bytes: Buffer, shift: number): Base64Digits {
  const digits = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const end = Math.floor(((shift + bytes.length) * 8) / 6);
  return { sure: digits.slice(Math.ceil((shift * 8) / 6), end), last: digits.slice(end) };
}

function base64Pattern({ sure, last }: Base64Digits): string {
  const digits = [...sure].map(base64Digit).join('');
  return last ? `${digits}(?:${base64Digit(last)}(?![A-Za-z0-9+/_-])=*)?` : digits;
}

function base64Digit(digit: string): string {
  if (digit === '+') return '(?:[+-]|%2[bB])';
  if (digit === '/') return '(?:[/_]|\\\\{1,2}/|%2[fF])';
  return digit;
}

/** Returns runs of letters and digits (at least four) of which one occurs in every usual form of the secret, for a byte search. */
export function searchableRuns(secret: string): string[] {
  return formsOf(secret).flatMap(({ anchors }) => anchors.filter((anchor) => anchor.length >= 4));
}

function longestRun(text: string): string {
  const runs = text.match(/[A-Za-z0-9]+/g) ?? [''];
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest)).slice(0, 16);
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, eitherCase);
}

function eitherCase(letter: string): string {
  return `[${letter}${letter.toUpperCase()}]`;
}

export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
