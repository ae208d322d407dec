/** Title and text of an HTML page, as far as its source alone shows them. No script is run and no style is applied. */
export interface ShownPage {
  title: string;
  /** The lines that a visitor reads. */
  text: string;
  /** Main headings (`h1`). */
  headings: string[];
}

/** Elements that a browser does not show where scripts run. */
const unseen = /<(script|style|template|noscript|title|textarea)\b[\s\S]*?(?:<\/\1\s*>|$)/gi;
const hidden = /<([a-z][\w-]*)\b[^>]*\s(?:hidden(?=[\s>=/])(?!=["']?until-found))[^>]*>[\s\S]*?<\/\1\s*>/gi;
/** Elements within a line: text on both sides of such a tag is joined. The names of custom elements have a hyphen. */
const inline =
  /<\/?(?:a|abbr|b|bdi|bdo|cite|code|data|del|dfn|em|font|i|ins|kbd|label|mark|q|s|samp|small|span|strong|sub|sup|time|tt|u|var|wbr|[a-z]+-[\w-]+)(?:\s[^>]*)?\/?>/gi;

/** Returns what the source of a page shows: without comments, scripts and tags, and with its character references decoded. */
export function readHtml(html: string): ShownPage {
  const source = html.replace(/<!--[\s\S]*?(?:-->|$)/g, '');
  const title = /<title\b[^>]*>([\s\S]*?)(?:<\/title|$)/i.exec(source)?.[1] ?? '';
  return {
    title: oneLine(decodeReferences(title)),
    text: textOf(source.replace(unseen, '').replace(hidden, '')),
    headings: headingsOf(source),
  };
}

/** Returns the main headings of a page, each on one line. */
export function headingsOf(html: string): string[] {
  return [...html.replace(/<!--[\s\S]*?-->/g, '').matchAll(/<h1\b[^>]*>([\s\S]*?)<\/h1/gi)].map(
    ([, inner = '']) => oneLine(textOf(inner)),
  );
}

/** Returns a text in the form in which two texts are compared: case, kinds of space and invisible characters do not count. */
export function comparable(text: string): string {
  return oneLine(text.normalize('NFKC').replace(/[\u00ad\u200b-\u200f\u2060\ufeff]/g, ''))
    .replace(/[\u2018\u2019\u02bc]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .toLowerCase();
}

function textOf(source: string): string {
  const lines = decodeReferences(
    source
      .replace(/\s+/g, ' ')
      .replace(inline, '')
      .replace(/<[^>]*>/g, '\n'),
  );
  return lines
    .split('\n')
    .map(oneLine)
    .filter((line) => line !== '')
    .join('\n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Latin-1 from U+00A0 on, in the order of the code points; then those of common punctuation. */
const latin1 =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'.split(
    ' ',
  );
const named = new Map<string, string>([
  ...latin1.map((name, index): [string, string] => [name, String.fromCodePoint(0xa0 + index)]),
  ...Object.entries({
    amp: '&',
    AMP: '&',
    lt: '<',
    LT: '<',
    gt: '>',
    GT: '>',
    quot: '"',
    QUOT: '"',
    apos: "'",
    excl: '!',
    num: '#',
    plus: '+',
    colon: ':',
    period: '.',
    comma: ',',
    sol: '/',
    lpar: '(',
    rpar: ')',
    commat: '@',
    lowbar: '_',
    hyphen: '\u2010',
    ndash: '\u2013',
    mdash: '\u2014',
    lsquo: '\u2018',
    rsquo: '\u2019',
    ldquo: '\u201c',
    rdquo: '\u201d',
    bull: '\u2022',
    hellip: '\u2026',
    trade: '\u2122',
    ensp: ' ',
    emsp: ' ',
    thinsp: ' ',
    zwnj: '',
    zwj: '',
    NonBreakingSpace: ' ',
    Tab: ' ',
    NewLine: ' ',
    OElig: '\u0152',
    oelig: '\u0153',
    Scaron: '\u0160',
    scaron: '\u0161',
    Yuml: '\u0178',
    rarr: '\u2192',
    larr: '\u2190',
    star: '\u2606',
    hearts: '\u2665',
    infin: '\u221e',
    equals: '=',
    ast: '*',
  }),
]);

function decodeReferences(text: string): string {
  return text.replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]\w{1,20}));?/gi, (whole, hex, decimal, name) => {
    if (name) return named.get(name) ?? whole;
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}
