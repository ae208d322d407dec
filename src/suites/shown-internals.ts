import type { Json } from '../check/json.ts';
import { parseJson } from '../check/json-path.ts';
import type { HttpResponse } from '../check/probes.ts';

/** One text of a body, with the key under which it was found. */
interface FoundText {
  key: string;
  text: string;
}

/** The address of the request: the caller knows it, and it may be shown. */
export interface KnownToCaller {
  url: string;
}

type Rule = [what: string, isShown: (found: FoundText, known: KnownToCaller) => boolean];

const frames = [
  // JavaScript: "    at run (/app/src/main.js:1:2)".
  /(?:^|\n)[^\S\n]{0,40}at .{1,500}:\d+:\d+\)?/,
  /Traceback \(most recent call last\)|File "[^"]{1,500}", line \d+/,
  // Java, Kotlin, Scala; C#; Ruby; PHP; Go; Rust.
  /\bat [\w$.<>]+\([\w$]+\.(?:java|kt|scala):\d+\)/,
  /\bat .{1,300} in .{1,300}:line \d+/,
  /\.rb:\d+:in [`']/,
  /(?:^|\n)#\d+ .{1,500}\(\d+\): /,
  /\bgoroutine \d+ \[/,
  /\bthread '.{1,200}' panicked at\b/,
];

const statements = [
  /\bselect\b[^;]{1,2000}?\bfrom\s+["`[]?\w+["`\]]?(?:\.["`[]?\w+["`\]]?)?(?:\s+(?:as\s+)?["`]?\w+["`]?)?\s+(?:where|(?:inner|left|right|cross)?\s*join|group by|order by|limit|offset|for update)\b/i,
  /\bselect\s+(?:\*|["`]?\w+["`]?\.["`*]|["`]\w+["`]|\w+\s*,\s*\w+)[^;]{0,2000}?\s+from\s+(?!the\b|a\b|an\b|your\b|our\b|this\b|these\b)["`\w]/i,
  /\bSELECT\s[^;]{1,2000}?\sFROM\s+["`\w]/,
  /\binsert\s+into\s+["`]?[\w.]+["`]?\s*(?:\(|values\b|select\b|default\b)/i,
  /\bupdate\s+["`]?[\w.]+["`]?\s+set\s+["`]?[\w.]+["`]?\s*=/i,
  /\bdelete\s+from\s+["`]?[\w.]+["`]?\s+(?:where|using|returning)\b/i,
  /\bDELETE FROM\s+["`\w]/,
  /\b(?:create|alter|drop)\s+(?:table|index|view)\s+(?:if\s+(?:not\s+)?exists\s+)?["`]?\w+["`]?\s*[(;.]/i,
];

const databaseErrors =
  /\bviolates (?:unique|foreign key|not-null|check|exclusion) constraint|\b(?:relation|column|schema|role|function|database) "[^"]{1,200}" (?:does not exist|already exists)|\bsyntax error at or near\b|\bSQLSTATE\b|\b(?:UNIQUE|FOREIGN KEY|NOT NULL|CHECK) constraint failed|\bDuplicate entry '.{0,300}' for key\b|\bORA-\d{5}\b|\bSQLITE_[A-Z]+\b|\bER_[A-Z]+_[A-Z_]+\b|\bE11000 duplicate key\b|Invalid `prisma\.|\bpermission denied for (?:table|schema|relation|view)\b|\brow-level security policy for table\b/;

const driverNames =
  /\b(?:ECONN[A-Z]+|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ENOENT|EACCES|EPIPE|EHOSTUNREACH|NOAUTH|WRONGPASS|MISCONF)\b|\b(?:psycopg2?|asyncpg|sqlalchemy|ioredis|PDOException|JDBCException|PrismaClient\w*|SequelizeDatabaseError|QueryFailedError|MongoServerError|pg_catalog|getaddrinfo)\b/i;

const connectionString =
  /\b(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?|mssql|jdbc:\w+)(?:\+\w+)?:\/\//i;

const internalHost =
  /(?<![\w.-])(?:(?:10(?:\.\d{1,3}){3}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}|192\.168(?:\.\d{1,3}){2}|169\.254(?:\.\d{1,3}){2})(?::\d{1,5})?|(?:127(?:\.\d{1,3}){3}|localhost|\[::1\]|::1|0\.0\.0\.0):\d{2,5}|host\.docker\.internal|[\w-]+(?:\.[\w-]+)*\.(?:svc\.cluster\.local|svc|internal|local)(?::\d{1,5})?)(?![\w.-]*\w)/gi;

const sourceFile =
  /\.(?:[cm]?[jt]sx?|py|rb|go|java|php|cs|rs|ya?ml|toml|ini|env|conf|pem|key|log|sock|sqlite3?|db|so|jar)\b/;
const serverPath =
  /(?<![\w/.:-])(?:\/(?:home|Users)\/[\w.-]+\/|\/(?:etc|proc)\/[\w.-]+|\/(?:var|usr)\/(?:lib|run|log|www|local|share|src|app|bin)\b|\/(?:opt|srv|app|root|var|usr|tmp|workspace|usr\/src)\/[\w./-]+)/g;
const knownFolders =
  /node_modules|site-packages|[A-Za-z]:\\(?:Users|Program|inetpub|Windows|app)\b|\bfile:\/\/\//;

/** Keys whose text is an address of the API itself, as RFC 9457 and frameworks have it. */
const addressKeys =
  /^(?:instance|path|url|uri|type|href|location|requestUrl|request_?path|endpoint|self|next|links?)$/i;
/** Keys whose text is the caller's own address. */
const callerKeys = /^(?:ip|ip_?address|client(?:_?ip)?|remote_?addr(?:ess)?)$/i;

const rules: Rule[] = [
  ['a stack trace', ({ text }) => frames.some((pattern) => pattern.test(text))],
  ['SQL', ({ text }) => statements.some((pattern) => pattern.test(text))],
  ['an error of the database', ({ text }) => databaseErrors.test(text)],
  [
    'the name of a constraint',
    ({ key, text }) =>
      (/^constraint(?:_?name)?$/i.test(key) && /^\w+_\w+$/.test(text)) ||
      /\b(?:constraint|index)\b.{0,3}["'`]?\w+_(?:p?key|fkey|idx|check|uniq(?:ue)?|excl)\b/i.test(text),
  ],
  ['a connection string', ({ text }) => connectionString.test(text)],
  ['a system error', ({ text }) => driverNames.test(text)],
  ['a path of the server', showsPath],
  ['an internal address', showsHost],
];

/** Returns the kinds of internals that a response shows, each with its key; none for a clean one. */
export function shownInternals({ body }: Pick<HttpResponse, 'body'>, known: KnownToCaller): string[] {
  const parsed = parseJson(body);
  const texts =
    typeof parsed === 'object' && parsed !== null
      ? textsIn(parsed)
      : [{ key: '', text: plainText(body.slice(0, longestText)) }];
  const shown: string[] = [];
  for (const [what, isShown] of rules) {
    const where = texts.find((found) => isShown(found, known));
    if (where) shown.push(where.key === '' ? what : `${what} (in ${where.key})`);
  }
  return shown;
}

function showsPath({ key, text }: FoundText, { url }: KnownToCaller): boolean {
  if (knownFolders.test(text)) return true;
  if (addressKeys.test(key)) return false;
  const { pathname } = new URL(url);
  return [...text.matchAll(serverPath)].some(([found]) => {
    const path = text.slice(text.indexOf(found)).split(/[\s"'<>),]/, 1)[0] as string;
    if (path === pathname || pathname.startsWith(`${path}/`)) return false;
    // `/app/songs` may be a page; a file and a folder of the system are none.
    return sourceFile.test(path) || /^\/(?:home|Users|etc|proc|var|usr|root)\//.test(path);
  });
}

function showsHost({ key, text }: FoundText, { url }: KnownToCaller): boolean {
  if (callerKeys.test(key)) return false;
  const own = new URL(url);
  const isLoopback = (host: string) => /^(?:localhost|127\.|\[?::1|0\.0\.0\.0)/i.test(host);
  return [...text.matchAll(internalHost)].some(([found]) => {
    if (found === own.host || found === own.hostname) return false;
    return !(isLoopback(found) && isLoopback(own.hostname) && found.endsWith(`:${own.port}`));
  });
}

/** Characters of one text that are examined. */
const longestText = 20_000;

/** Returns all texts of a JSON value; a text that holds JSON itself is read as such. */
function textsIn(value: Json, key = '', depth = 0): FoundText[] {
  if (depth > 20) return [];
  if (typeof value === 'string') {
    const inner = /^\s*[{[]/.test(value) ? parseJson(value) : undefined;
    if (typeof inner === 'object' && inner !== null) return textsIn(inner, key, depth + 1);
    return [{ key, text: value.slice(0, longestText) }];
  }
  if (Array.isArray(value)) return value.flatMap((each) => textsIn(each, key, depth + 1));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => textsIn(each, name, depth + 1));
}

/** Returns an HTML page as text with the line breaks of a browser; other text as it is. */
function plainText(body: string): string {
  if (!/<(?:!doctype|html|body|pre|h1|p)\b/i.test(body)) return body;
  return body
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&nbsp;|&#160;/g, ' ')
    .replace(/&(?:quot|#34|#x22);/g, '"')
    .replace(/&(?:#39|#x27|apos);/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}
