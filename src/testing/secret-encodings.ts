const entity = (text: string, write: (code: number) => string) =>
  [...text].map((character) => write(character.codePointAt(0) as number)).join('');
const hex = (code: number) => code.toString(16);
const json = (text: string) => JSON.stringify(text).slice(1, -1);

/** Every usual way to write a secret down: what a service answers, logs or prints may hold it in any of them. */
export const secretEncodings: [name: string, write: (text: string) => string][] = [
  ['as it is', (text) => text],
  ['percent-encoded', encodeURIComponent],
  [
    'percent-encoded in lower case',
    (text) => encodeURIComponent(text).replace(/%../g, (part) => part.toLowerCase()),
  ],
  ['percent-encoded twice', (text) => encodeURIComponent(encodeURIComponent(text))],
  [
    'percent-encoded throughout',
    (text) => [...Buffer.from(text)].map((byte) => `%${hex(byte).padStart(2, '0')}`).join(''),
  ],
  ['as of a form', (text) => new URLSearchParams({ text }).toString().slice(5)],
  ['in JSON', json],
  ['in JSON within JSON', (text) => json(json(text))],
  ['in JSON of Go', (text) => json(text).replace(/[&<>]/g, (part) => `\\u00${hex(part.charCodeAt(0))}`)],
  ['in JSON of PHP', (text) => json(text).replaceAll('/', '\\/')],
  [
    'in ASCII JSON',
    (text) => json(text).replace(/[^ -~]/g, (part) => `\\u${hex(part.charCodeAt(0)).padStart(4, '0')}`),
  ],
  ['in JSON of escapes alone', (text) => entity(text, (code) => `\\u${hex(code).padStart(4, '0')}`)],
  [
    'in HTML',
    (text) =>
      text
        .replace(/&/g, '&amp;')
        .replace(/</g, '&lt;')
        .replace(/>/g, '&gt;')
        .replace(/"/g, '&quot;')
        .replace(/'/g, '&#39;'),
  ],
  ['in HTML of decimal entities', (text) => entity(text, (code) => `&#${code};`)],
  ['in HTML of hexadecimal entities', (text) => entity(text, (code) => `&#x${hex(code).toUpperCase()};`)],
  ['in single quotes of a shell', (text) => text.replaceAll("'", "'\\''")],
  ['with backslashes of a shell', (text) => text.replace(/[^\w]/gu, '\\$&')],
  ['in SQL', (text) => text.replaceAll("'", "''")],
  ['in hexadecimal', (text) => Buffer.from(text).toString('hex')],
  ['in upper-case hexadecimal', (text) => Buffer.from(text).toString('hex').toUpperCase()],
  ['in Base64', (text) => Buffer.from(text).toString('base64')],
  ['in Base64url', (text) => Buffer.from(text).toString('base64url')],
  ['as Latin 1 that is UTF-8', (text) => Buffer.from(text).toString('latin1')],
];
