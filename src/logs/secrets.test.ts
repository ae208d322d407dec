/** How many secrets of a table are found, and how many harmless texts are taken for one. */
import { expect, it } from 'vitest';
import { analyserTools, LogAnalyser } from './analyser.ts';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N';
const key = (prefix: string, length: number) =>
  prefix + 'aB3dE5gH7jK9mN1pQ2rS4tU6vW8xY0zC'.repeat(3).slice(0, length);

const secrets = [
  // Fields of JSON.
  '{"msg":"login","password":"hunter2"}',
  '{"user":{"Password":"Tr0ub4dor&3"}}',
  '{"db_password":"s3cr3t-db"}',
  '{"userPassword":"correcthorse"}',
  '{"auth_token":"9f8e7d6c5b4a"}',
  '{"accessToken":"9f8e7d6c5b4a3f2e"}',
  '{"refresh_token":"rt-118273645"}',
  '{"clientSecret":"cs_7263548190"}',
  '{"config":{"db":{"passwd":"pw-4711"}}}',
  '{"api_key":"k-1029384756"}',
  '{"apiKey":"k-1029384756"}',
  '{"X-Api-Key":"k-1029384756"}',
  '{"signingKey":"sg-1029384756"}',
  '{"encryption_key":"0f1e2d3c4b5a69788796a5b4c3d2e1f0"}',
  '{"passphrase":"open-sesame-77"}',
  '{"passphrase":"correct horse battery staple"}',
  '{"pwd":"letmein99"}',
  '{"pin":1,"password":12345678}',
  '{"otp":"493021"}',
  '{"headers":{"authorization":"Basic dXNlcjpwYXNz"}}',
  '{"headers":{"Authorization":"Bearer 7f6e5d4c3b2a1908"}}',
  '{"headers":{"Proxy-Authorization":"Basic cHJveHk6cHc5OQ=="}}',
  '{"headers":{"cookie":"sid=s%3Aabcdef123456"}}',
  '{"headers":{"set-cookie":["sid=s%3Aabcdef123456; Path=/; HttpOnly"]}}',
  '{"set-cookie":"session=eyJ1IjoxfQ; Secure"}',
  '{"tokens":["a"],"session_token":"st-5647382910"}',
  '{"private_key":"MIIEvQIBADANBgkqh"}',
  '{"jwt_secret":"change-this-in-prod-77"}',
  '{"webhookSecret":"wh-99887766"}',
  '{"credentials":"admin:pa55word"}',
  '{"db":{"dbPass":"x9x8x7x6"}}',
  // JSON inside of strings.
  '{"body":"{\\"password\\":\\"hunter2\\"}"}',
  '{"body":"{\\"user\\":\\"a\\",\\"api_key\\":\\"k-1029384756\\"}"}',
  '{"payload":"{\\\\\\"token\\\\\\":\\\\\\"t0ken-5544\\\\\\"}"}',
  // key=value and key: value.
  'login password=hunter2 failed',
  'level=info user=a token=9f8e7d6c5b4a',
  'connecting with PGPASSWORD=pg-s3cret psql',
  'env DB_PASS=qwerty99 loaded',
  'export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIbPxRfiCYzq8AB3xKEYzzz12345',
  'STRIPE_RESTRICTED_KEY=rk-5544332211',
  'CLERK_SECRET_KEY=ck-5544332211',
  'passphrase="opensesame"',
  "secret='s3cr3t-value'",
  'api-key: k-1029384756',
  'X-Api-Key: k-1029384756',
  'x-auth-token: 9f8e7d6c5b4a',
  'password: hunter2',
  'Password : Tr0ub4dor',
  'db.password = s3cr3t',
  'spring.datasource.password=s3cr3t',
  'secret_key => "k3y-0001"',
  'Cookie: sid=abcdef123456; theme=dark',
  'Set-Cookie: session=9f8e7d6c5b4a; HttpOnly',
  'Server=db;Database=app;User Id=sa;Password=Pa55w0rd;',
  'DefaultEndpointsProtocol=https;AccountKey=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA==;',
  'host=db user=app password=s3cr3t dbname=app',
  '--password=hunter2 --verbose',
  'mysql -u root --password=r00tpw',
  '[auth] client_secret=cs-99887766',
  'jwt=abc123def456ghi',
  // Addresses.
  'GET /cb?access_token=ya-99887766 200',
  'GET /cb?code=1&client_secret=cs-99887766',
  'GET https://h/?sig=AbC123%2Fxyz&se=2026',
  'GET https://maps/api?key=k-1029384756&q=x',
  'GET https://b.s3/x?X-Amz-Signature=4f3e2d1c0b9a8877',
  'connect postgresql://app:s3cret@db:5432/x',
  'connect redis://:p4ss@cache:6379/0',
  'amqp://guest-app:gu3st@mq:5672/vhost',
  'mongodb+srv://app:p%40ss@cluster0.x.net/db',
  'git clone https://ghp_abcdef1234567890@github.com/o/r',
  'dsn https://0123456789abcdef0123456789abcdef@o1.ingest.test/1',
  '{"url":"mysql://u:pw-12345@h/d"}',
  'https://oauth2:9f8e7d6c5b4a@gitlab.test/x.git',
  'ftp://deploy:d3ploy@files.test/',
  // Credentials by their form.
  'sent Bearer abcdef1234567890',
  'authorization: bearer 9f8e7d6c5b4a3f2e',
  'Authorization: Basic dXNlcjpwYXNz',
  'curl -H "Authorization: Basic YWRtaW46c2VjcmV0"',
  `got ${jwt}`,
  `{"msg":"token ${jwt} accepted"}`,
  '-----BEGIN RSA PRIVATE KEY-----',
  '{"key":"-----BEGIN PRIVATE KEY-----\\nMIIE"}',
  '-----BEGIN OPENSSH PRIVATE KEY-----',
  '-----BEGIN EC PRIVATE KEY-----',
  'key AKIAIOSFODNN7EXAMPLE used',
  'temporary ASIAIOSFODNN7EXAMPLE used',
  `stripe ${key('sk_live_', 24)}`,
  `slack ${key('xoxb-', 24)}`,
  `github ${key('ghp_', 36)}`,
  `github ${key('gho_', 36)}`,
  `github ${key('github_pat_', 40)}`,
  `gitlab ${key('glpat-', 20)}`,
  `anthropic ${key('sk-ant-', 40)}`,
  `openai ${key('sk-proj-', 40)}`,
  `google ${key('AIza', 35)}`,
  `npm ${key('npm_', 36)}`,
  `vault ${key('hvs.', 24)}`,
  // People.
  'welcome jane.doe@example.com',
  '{"email":"jane+news@mail.example.org"}',
  'mail to <o.reilly@sub.example.co.uk> sent',
];

const harmless = [
  // Masks, placeholders, nothing.
  '{"password":"***","token":"[redacted]","authorization":null,"cookie":""}',
  '{"password":"xxxxx"}',
  '{"password":"<redacted>"}',
  '{"password":"[FILTERED]"}',
  '{"password":"[REDACTED]","secret":"(hidden)"}',
  '{"token":"${API_TOKEN}"}',
  '{"token":"{{ token }}"}',
  '{"token":"undefined"}',
  '{"password":true,"secret":false}',
  '{"password":{"min":8},"token":[]}',
  '{"token":"","secret":"none"}',
  'password=**** token=[redacted]',
  'password=${DB_PASSWORD} secret=$SECRET',
  'password= token=',
  'secret=%s password=%v',
  'PASSWORD=<your password>',
  'token=your-token-here',
  'password=changeme in the example',
  'postgresql://app:*****@db:5432/x',
  'postgresql://app:[redacted]@db/x',
  'postgresql://app:${PGPASSWORD}@db/x',
  'redis://:%5Bredacted%5D@cache:6379',
  'postgresql://app:xxxxx@db/x',
  'ftp://anonymous:anonymous@files.test/',
  'postgres://postgres@db/app',
  'Authorization: Bearer ***',
  'Authorization: Bearer <token>',
  '{"authorization":"Bearer [redacted]"}',
  '{"authorization":"[redacted]"}',
  'Set-Cookie: sid=; Max-Age=0',
  // What is said about secrets.
  'Invalid token: unexpected end of input',
  'SyntaxError: Unexpected token: punc',
  'password: must be at least 8 characters',
  '{"errors":{"password":"is too short"}}',
  '{"password":"required"}',
  '{"token":"expired"}',
  'token=invalid',
  'password authentication failed for user "app"',
  'secret not found',
  'the secret: none is configured',
  'Bearer authentication required',
  'WWW-Authenticate: Bearer realm="api"',
  'www-authenticate: Basic realm="x"',
  'Basic authentication is off',
  'using Basic auth',
  '{"auth":"disabled"}',
  'password changed for user 12',
  'token refreshed in 12 ms',
  'credentials: provided',
  'password: string, token: string',
  // Names that describe.
  '{"token_type":"Bearer","expires_in":3600}',
  '{"tokens":1532,"max_tokens":4096,"prompt_tokens":900}',
  '{"token_count":1532}',
  '{"password_changed_at":"2026-01-02T03:04:05Z"}',
  '{"passwordResetUrl":"https://app.test/reset"}',
  '{"secretName":"db-credentials"}',
  '{"secret_version":"projects/1/versions/7"}',
  '{"keyId":"kid-2026-01"}',
  '{"primary_key":"users_pkey"}',
  '{"cache_key":"user:42:profile"}',
  '{"idempotency_key":"7b0c2f5e-1111-4222-8333-444455556666"}',
  '{"partitionKey":"tenant-7"}',
  '{"sort_key":"created_at"}',
  '{"foreignKey":"orders_user_id_fkey"}',
  '{"publicKey":"MFkwEwYHKoZIzj0CAQYI"}',
  '{"stripe_publishable_key":"pk-5544332211"}',
  '{"routing_key":"orders.created"}',
  '{"next_page_token":"CAUQAA"}',
  '{"key":"value-1234"}',
  '{"keyword":"shoes","monkey":"george"}',
  '{"passed":12,"passing":true,"bypass":"never"}',
  '{"author":"jane","authority":"root"}',
  'compass=north passenger=doe',
  'POSTGRES_PASSWORD_FILE=/run/secrets/db',
  'token_url=https://idp.test/oauth/token',
  '{"password":"/run/secrets/db_password"}',
  'cookie consent accepted',
  '{"cookie_policy":"strict"}',
  // Addresses and names with an at sign.
  'name@host.service loaded',
  'getty@tty1.service: Succeeded',
  'GET /logo@2x.png 200',
  'GET /img/icon@3x.webp',
  'npm i left-pad@1.3.0, see user@host',
  'installed @types/node@20.11.5',
  'react@18.3.0-beta.rc resolved',
  'git clone git@github.com:org/repo.git',
  'com.acme.Foo@4e25154f',
  '{"@timestamp":"2026-01-02T03:04:05.678Z","msg":"a @ b"}',
  'app@cluster.local joined',
  'root@ip-10-0-0-1.internal',
  'GET http://h:80/@scope/name',
  'GET /@vite/client 200',
  '{"@level":"info","@message":"up"}',
  'actions/checkout@v4.2.ts',
  // Codes that look like keys.
  '{"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7"}',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'GET /?page=2&sort_key=name&state=open',
  'commit 0123456789abcdef0123456789abcdef01234567',
  'etag: W/"33a64df551425fcc55e4d42a148795d9f25f89d4"',
  'task sk-learn finished, ghp_ is a prefix',
];

const tools = analyserTools({});
const rulesFound = (line: string) => {
  const analyser = new LogAnalyser({}, tools);
  analyser.push(Buffer.from(`${line}\n`));
  return Object.keys(analyser.end().secrets);
};

it('has a hundred lines of either kind', () => {
  expect([secrets.length, harmless.length]).toEqual([100, 100]);
});

it('finds at least 90 in a hundred secrets', () => {
  const missed = secrets.filter((line) => rulesFound(line).length === 0);
  expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(10);
  expect(missed).toEqual([]);
});

it('takes at most 3 in a hundred harmless lines for a secret', () => {
  const alarms = harmless.map((line) => [line, ...rulesFound(line)]).filter(([, rule]) => rule);
  expect(alarms.length, alarms.join('\n')).toBeLessThanOrEqual(3);
  expect(alarms).toEqual([]);
});

it('finds a secret of the project in any text and encoding, and shows nothing of its line', () => {
  const secret = 'Kx9#vq/7 Lm2pw';
  for (const written of [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(JSON.stringify(secret)),
    Buffer.from(`user:${secret}`).toString('base64'),
    Buffer.from(secret).toString('hex'),
  ]) {
    for (const rules of [undefined, [] as const]) {
      const analyser = new LogAnalyser({ secrets: [secret], ...(rules ? { rules } : {}) });
      analyser.push(Buffer.from(`plain text ${written} more\n`));
      const report = analyser.end();
      expect(report.secrets['project-secret']).toBe(rules ? undefined : 1);
      expect(report.samples.filter(({ text }) => text !== undefined)).toEqual([]);
    }
  }
  const analyser = new LogAnalyser({ secrets: [secret] });
  analyser.push(Buffer.from('plain Kx9 text\n'));
  expect(analyser.end().secrets).toEqual({});
});
