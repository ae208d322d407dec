/** Words that mark a name as the name of a secret, at any position: `CLERK_SECRET_KEY`, `dbPassword`. */
const secretWords = new Set([
  'password',
  'passwd',
  'passphrase',
  'passcode',
  'pwd',
  'secret',
  'secrets',
  'token',
  'credential',
  'credentials',
  'apikey',
  'privatekey',
  'secretkey',
  'accesskey',
]);
/** Words that mark a secret only as the last word of a name: `DB_PASS`, `REDIS_AUTH`, `session_cookie`. */
const lastWords = new Set([
  'pass',
  'pw',
  'auth',
  'authorization',
  'cookie',
  'bearer',
  'jwt',
  'otp',
  'cvv',
  'pat',
]);
/** Last words of names that describe a secret and do not contain it: `TOKEN_URL`, `POSTGRES_PASSWORD_FILE`, `accessKeyId`. */
const describingWords = new Set(
  (
    'age algorithm alg arn at attempts audience available change changed check configured count created days enabled encoding encryption ' +
    'endpoint exists expired expires expiration expiry field file files fingerprint format header headers hint host id ids ' +
    'interval issuer kind label length level lifetime limit limits location manager max message method min mode name names ok ' +
    'origin path policy port present prefix provider ref region required reset result rotation rounds scope scopes size source ' +
    'state status store strategy suffix time timeout ttl type updated uri url usage used user username valid validation validity ' +
    'version visible'
  ).split(' '),
);
/** Qualifiers of a public `key` or `token`: `primary_key`, `nextPageToken`. */
const publicQualifiers = new Set(
  (
    'public publishable anon site primary foreign sort partition cache idempotency routing object lookup row group dedup storage ' +
    'file item map translation i18n message host hot event unique natural composite shard range hash queue lock bucket tenant ' +
    'error label config property feature flag setting registry s3 blob index search record entry cursor page next previous ' +
    'continuation prompt completion total input output cancel cancellation pagination sync change resource etag resume fencing'
  ).split(' '),
);

/** Variables of the shell, not passwords. */
const workingFolders = new Set(['PWD', 'OLDPWD']);

/** Splits `dbPassword`, `DB_PASSWORD`, `db.password`, `db-password2` into lower-case words. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+|(?<=[a-z]{2})\d+$/)
    .filter(Boolean);
}

/** Returns true for the name of a variable, setting or field whose value is a secret, judged by its words. */
export function isSecretName(name: string): boolean {
  if (workingFolders.has(name)) return false;
  const words = wordsOf(name);
  const last = words.at(-1);
  if (last === undefined || describingWords.has(last)) return false;
  const before = words.at(-2);
  if (last === 'key' || last === 'keys') {
    return (
      words.some((word) => secretWords.has(word)) || (before !== undefined && !publicQualifiers.has(before))
    );
  }
  if (last === 'token' && before !== undefined && publicQualifiers.has(before)) return false;
  if (words.some((word) => secretWords.has(word) || runTogether.test(word))) return true;
  return (
    lastWords.has(last) && (words.length > 1 || last !== 'auth') && !(last === 'pass' && words.length === 1)
  );
}

/** Compound words: `mypassword`, `authtoken`, `clientsecret`. */
const runTogether = /(?:passw(?:or)?d|passphrase|token|secret|api_?key)$/;

const secretHeaders = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'set-cookie',
  'x-amz-security-token',
]);

/** Returns true for a header whose value is a credential. */
export function isSecretHeader(name: string): boolean {
  const lower = name.toLowerCase();
  if (secretHeaders.has(lower)) return true;
  return !harmlessHeaders.has(lower) && isSecretName(name);
}

const harmlessHeaders = new Set([
  'sec-websocket-key',
  'idempotency-key',
  'surrogate-key',
  'public-key-pins',
  'www-authenticate',
]);

/** Parameters of a URL that carry a secret under a short name. */
const secretParameters = new Set([
  'key',
  'sig',
  'signature',
  'auth',
  'pass',
  'pw',
  'jwt',
  'x-amz-signature',
  'x-goog-signature',
]);

export function isSecretParameter(name: string): boolean {
  return secretParameters.has(name.toLowerCase()) || isSecretName(name);
}
