import { comparable, type ShownPage } from './html-text.ts';

/** Codes of what a page with a good status can show instead of its content. */
export const shownCodes = {
  blank: {
    headline: 'A page is blank',
    means: 'the page shows no text at all',
    hint: 'meatymusic verify browser/no-errors; is the script of the page loaded, and does it render? a page of pictures alone: the option allowBlank',
  },
  'not-found-page': {
    headline: 'A page says that it was not found',
    means: 'the status indicates success, but the page shows that it was not found',
    hint: 'is the path among the routes of the web app? a single-page app answers each path with its home page; name the right path in the options',
  },
  'error-page': {
    headline: 'A page shows an error',
    means: 'the status indicates success, but the page shows an error',
    hint: 'meatymusic logs web --since 5m; the console of the page is among the evidence of browser/no-errors',
  },
} as const;

export interface ShownProblem {
  code: keyof typeof shownCodes;
  actual: string;
}

const subject = '(?:page|route|url|path|address|site|resource|file)';
const missing =
  "(?:(?:was |is )?not found|(?:could|can)(?:not| not|n't) be (?:found|located)|(?:does not|doesn't|did not|no longer) exists?)";
/** Statements that fill a line, and are about the page and nothing else. */
const saysNotFound = [
  /^(?:\W|oops|sorry|error|http|status|code)*404\b[\s\W]*(?:error\b[\s\W]*)?(?:(?:this |the )?(?:page|file|route|resource)? ?(?:was )?not found\W*|error\W*)$/,
  new RegExp(
    `^(?:\\W|oops|sorry|404|error)*(?:(?:the|this|that) )?(?:requested |current )?${subject}(?: (?:you|that|which|at) .{1,60}?| \\/\\S{0,150})? ${missing}(?: on this (?:server|site))?\\W*$`,
  ),
  /^(?:\W|oops|sorry|404)*(?:we )?(?:can(?:not|'t| not)|could(?: not|n't)) find (?:the|that|this|your|a) (?:requested )?page\b.{0,60}$/,
  /^cannot get \/\S*$/,
  /^(?:\W|404)*(?:seite nicht gefunden|page (?:introuvable|non trouvée)|página no encontrada|pagina non trovata|pagina niet gevonden)\W*$/,
];
/** As a main heading, the title or the whole page these say it; as a line among others they may be a number or a state. */
const mayNotBeFound = /^(?:\W|error|http)*(?:404|not found|404 - .{0,40})\W*$/;
const saysError = [
  /^application error: a (?:client|server)-side exception has occurred\b/,
  /^unexpected application error\W*$/,
  /^(?:\W|error|http|status|code)*5\d\d\b[\s\W]*(?:error|internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out)\W*$/,
];
const mayBeError =
  /^(?:\W|oops|sorry|error|http)*(?:5\d\d|internal server error|bad gateway|service unavailable|(?:something|an error) (?:went wrong|has occurred|occurred))\W*$/;
/** A page of at most this many lines says what each of its lines says. */
const fewLines = 4;

/** Finds out whether a page shows nothing, a "not found" or an error; `undefined` if it shows something else. */
export function findShownProblem(
  { title, text, headings }: ShownPage,
  { allowBlank = false } = {},
): ShownProblem | undefined {
  const lines = text
    .split('\n')
    .map((line) => comparable(line))
    .filter((line) => line !== '');
  if (lines.length === 0) {
    if (!allowBlank)
      return { code: 'blank', actual: title ? `no text below the title "${title}"` : 'no text' };
  }
  // A heading counts where it is seen.
  const main = headings.map(comparable).filter((heading) => lines.some((line) => heading.includes(line)));
  const ownTitle = comparable(title).split(/ [|·•–—:-] | [|·•–—] ?|: /);
  const strong = [...lines, ...ownTitle];
  const weak = [...main, ...ownTitle, ...(lines.length <= fewLines ? [lines.join(' '), ...lines] : [])];
  const find = (patterns: RegExp[], among: string[]) =>
    among.find((line) => line.length <= 200 && patterns.some((pattern) => pattern.test(line)));
  const notFound = find(saysNotFound, strong) ?? find([mayNotBeFound], weak);
  if (notFound !== undefined) return { code: 'not-found-page', actual: `it shows "${notFound}"` };
  const error = find(saysError, strong) ?? find([mayBeError], weak);
  return error === undefined ? undefined : { code: 'error-page', actual: `it shows "${error}"` };
}

/** Whether title or text of the page shows a name, as a visitor reads it. */
export function showsName({ title, text }: ShownPage, name: string): boolean {
  return [title, text].some((part) => comparable(part).includes(comparable(name)));
}
