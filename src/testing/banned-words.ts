import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface BannedWord {
  /** Pattern without regard to case, within word boundaries; a blank matches any white space. */
  pattern: string;
  instead: string;
}

export interface BannedWordHit {
  file: string;
  line: number;
  word: string;
  instead: string;
}

/** Words that sources, messages and documents do not use, with the words to use instead. */
export const bannedWords: readonly BannedWord[] = [
  { pattern: 'tells?|told|telling', instead: 'report, print, pass, distinguish' },
  { pattern: 'mend(?:s|ed|ing)?', instead: 'fix, repair, restore' },
  { pattern: 'stands|stood', instead: 'is, is defined' },
  // The user of Unix systems is `'nobody'`.
  { pattern: "whoever|whomever|somebody|(?<!')nobody", instead: 'caller, user, another process, no one' },
  { pattern: '(?:for|of) who', instead: 'caller, user' },
  { pattern: 'let(?:s|ting)? (?:it |them )?go', instead: 'release' },
  { pattern: '(?:go|goes|going|went) on', instead: 'continue' },
  { pattern: 'in the place of', instead: 'instead of' },
  { pattern: '(?:come|comes|came) to(?! light)', instead: 'result in' },
  { pattern: 'in vain', instead: 'timed out, without effect' },
  { pattern: '(?:is|are|was|were|not) well(?![- ](?:formed|known|defined))', instead: 'healthy, failing' },
  { pattern: 'says? of|said of', instead: 'report about' },
  { pattern: 'gravest', instead: 'most severe' },
];

/** Texts that are allowed to contain such words: data, not our own text. */
const allowedTexts = ['Nobody told the morning', 'ready-tells-truth'];

/** Parts of identifiers: `createToldLines`, `mendBroken`. */
const bannedInIdentifiers =
  /(?<=[a-z])(?:Told|Tells?|Mend(?:s|ed)?|Nobody|Somebody|Whoever|Gravest)(?![a-z])|\b(?:told|tell|mend|nobody|somebody|whoever|gravest)(?=[A-Z])/g;

const patterns = bannedWords.map(({ pattern, instead }) => ({
  pattern: new RegExp(`\\b(?:${pattern.replaceAll(' ', '\\s+')})\\b`, 'gi'),
  instead,
}));

/** Returns every banned word of a text, also of a comment where it continues on the next line. */
export function findBannedWords(file: string, text: string): BannedWordHit[] {
  const plain = allowedTexts
    .reduce((rest, allowed) => rest.replaceAll(allowed, ''), text)
    .replace(/^[ \t]*(?:\*|\/\/)/gm, (leader) => ' '.repeat(leader.length));
  return [...patterns, { pattern: bannedInIdentifiers, instead: 'a plain verb' }].flatMap(
    ({ pattern, instead }) =>
      [...plain.matchAll(pattern)].map(({ 0: word, index }) => ({
        file,
        line: plain.slice(0, index).split('\n').length,
        word: word.replace(/\s+/g, ' '),
        instead,
      })),
  );
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const searched = ['src', 'checks', 'migrations', 'docs', 'README.md', 'CHANGELOG.md', 'docker-compose.yml'];

/** Returns the text of every source, check, migration and document by its path, tests included. */
export function readWrittenTexts(): Record<string, string> {
  const files = searched.flatMap((name) =>
    /\.\w+$/.test(name)
      ? [name]
      : readdirSync(path.join(root, name), { recursive: true })
          .map((each) => path.posix.join(name, String(each).replaceAll('\\', '/')))
          .filter((each) => /\.(?:[cm]?[jt]s|md|ya?ml|sh|sql|html|css)$/.test(each)),
  );
  return Object.fromEntries(
    files
      .filter((file) => !/^src\/testing\/banned-words/.test(file))
      .map((file) => [file, readFileSync(path.join(root, file), 'utf8')]),
  );
}
