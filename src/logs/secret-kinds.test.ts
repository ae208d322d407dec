/** A second table of secrets and near-misses: how many are found, and how many harmless texts are taken for one. */
import { expect, it } from 'vitest';
import { analyserTools, LogAnalyser } from './analyser.ts';

const rep = (text: string, length: number) => text.repeat(Math.ceil(length / text.length)).slice(0, length);
const an = 'q7Zt2Lm9Xv4Kd8Rw1Bn6Hs3Yc5Jf0Gp';
const hex = '9f3ac1d07be45826';
const k = (prefix: string, length: number) => prefix + rep(an, length);
const h = (prefix: string, length: number) => prefix + rep(hex, length);

// biome-ignore format: a table
const secrets = [
  // Fields
  '{"newPassword":"Summer2026!"}',
  '{"oldPassword":"winter-77"}',
  '{"password_confirmation":"hunter2!"}',
  '{"passwordConfirm":"hunter2!"}',
  '{"req":{"body":{"user":"a","pass":"tr0ub4dor"}}}',
  '{"smtp_password":"m41lpass"}',
  '{"MYSQL_ROOT_PASSWORD":"r00tpw"}',
  '{"env":{"REDIS_PASSWORD":"c4che"}}',
  '{"sessionToken":"FwoGZXIvYXdzEBYaD"}',
  '{"csrf_token":"8d969eef6ecad3c2"}',
  '{"x-csrf-token":"8d969eef6ecad3c2"}',
  '{"xsrfToken":"8d969eef6ecad3c2"}',
  '{"bearer_token":"AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0%2BuSeid"}',
  '{"oauth_token_secret":"J6zix3FfA9LofH0awS24M3"}',
  '{"consumerSecret":"kAcSOqF21Fu85e7zjz7ZN2"}',
  '{"app_secret":"5f4dcc3b5aa765d61d83"}',
  '{"appKey":"8f14e45fceea167a"}',
  '{"secretAccessKey":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}',
  '{"accessKey":"AKIAIOSFODNN7EXAMPL2"}',
  '{"master_key":"0123456789abcdef0123456789abcdef"}',
  '{"hmacKey":"a8b64babd0aca91a59bdbb7761b421d4"}',
  '{"session_secret":"keyboard cat 42"}',
  '{"sessionId":"s%3AhQ8kZ2.9vXb","set-cookie":["connect.sid=s%3AhQ8kZ2.9vXb; Path=/"]}',
  '{"headers":{"cookie":"session=eyJhbGc; theme=dark"}}',
  '{"headers":{"x-auth-token":"b7c1"}}',
  '{"headers":{"x-access-token":"deadbeef01"}}',
  '{"headers":["authorization","Bearer 9f3ac1d07be45826"]}',
  '{"rawHeaders":["Host","a","Authorization","Basic dXNlcjpwYXNzd29yZA=="]}',
  '{"passwords":["hunter2","letmein1"]}',
  '{"tokens":["9f3ac1d07be45826"]}',
  '{"cvv":"123","card":"4111111111111111"}',
  '{"password":987654321}',
  '{"otp":493021}',
  '{"verification_code":"493021"}',
  '{"recoveryCode":"abcd-efgh-1234"}',
  '{"mfaSecret":"JBSWY3DPEHPK3PXP"}',
  '{"totp_secret":"JBSWY3DPEHPK3PXP"}',
  '{"connectionString":"Server=db;User Id=sa;Password=Pa55;"}',
  '{"dsn":"postgres://app:9xK2@db/x"}',
  '{"DATABASE_URL":"mysql://root:toor99@h/d"}',
  '{"webhook":"https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"}'.replace('X'.repeat(24), rep(an, 24)),
  `{"url":"https://discord.com/api/webhooks/123456789012345678/${rep(an, 68)}"}`,
  `{"msg":"POST https://api.telegram.org/bot123456789:${rep(an, 35)}/sendMessage"}`,
  // in text
  'DB_PASSWORD: "p@ssw0rd!"',
  "password => 'hunter2'",
  'user=admin;pwd=Adm1n!;',
  'using password hunter2 for user bob: password="hunter2"',
  'auth_token:9f8e7d6c5b4a',
  'api_key is: k-1029384756 (api_key=k-1029384756)',
  '{ user: \'bob\', password: \'hunter2\' }',
  '[Object] { apiKey: \'k-99887\' }',
  'User(name=bob, password=hunter2)',
  'Config{host=db, secretKey=k3y0001}',
  '#<User id: 1, encrypted_password: "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy">',
  'INSERT INTO users (name, password) VALUES (\'bob\', \'x\'); -- password=\'hunter2\'',
  'ALTER USER app WITH PASSWORD \'s3cret99\'',
  "CREATE ROLE app LOGIN PASSWORD 's3cret99'",
  'curl -u admin:s3cr3t https://h/',
  'mysql --user=root --password r00tpw99',
  'redis-cli -a s3cretpw ping',
  'sshpass -p s3cretpw ssh root@h',
  'authorization: Token 9f3ac1d07be45826',
  'authorization=Basic dXNlcjpwYXNz',
  '"authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260102/us-east-1/s3/aws4_request, Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024"',
  'x-api-key=k1029384756',
  'GET /reset?token=9f3ac1d07be45826',
  'GET /verify?code=1&password=hunter2',
  'GET /?apikey=k1029384756',
  'GET /blob?sv=2022&sig=AbC123%2Fxyz%3D',
  'wss://h/ws?access_token=9f3ac1d07be4',
  'https://user:hunter2@proxy.test:8080',
  'socks5://u:p4ss@h:1080',
  'redis://default:p4ss@h:6379',
  'rediss://:p4ssw0rd@h:6380/0',
  'ldap://cn=admin:adm1n@h',
  'jdbc:postgresql://db/x?user=app&password=s3cret',
  'jdbc:mysql://root:toor@db/x',
  'mongodb://u:p%21w@a,b,c/db?replicaSet=r',
  'sqlserver://sa:Passw0rd@h:1433',
  'https://9f3ac1d07be4582690ab12cd34ef5678@sentry.test/42',
  `git+https://oauth2:glpat-${rep(an, 20)}@gitlab.test/x.git`,
  // provider keys
  k('glpat-', 20), k('ghs_', 36), k('github_pat_', 82), k('xoxp-123456789012-123456789012-', 24), k('sk_live_', 24), k('rk_live_', 24), k('sk_test_', 24),
  k('SG.', 22) + k('.', 43), k('sk-', 48), k('sk-ant-api03-', 80), k('AIza', 35), k('npm_', 36), h('dop_v1_', 64), k('hf_', 34), h('shpat_', 32), k('pypi-AgEIcHlwaS5vcmc', 60),
  h('key-', 32), k('EAACEdEose0cBA', 60), `ya29.${rep(an, 40)}`, k('sq0atp-', 22), k('ATATT3xFfGF0', 60), k('lin_api_', 40), h('dapi', 32),
  k('xai-', 80), k('r8_', 37), `${k('PMAK-', 0) + h('', 24)}-${h('', 34)}`, `${k('vercel_', 0)}VERCEL_TOKEN=${rep(an, 24)}`, k('hvb.', 90), k('sk-or-v1-', 0) + h('', 64), `rubygems_${h('', 48)}`, k('eyJrIjoi', 60),`${k('glsa_', 32)}_${h('', 8)}`, 'ASIA' + 'QWERTYUIOPASDFGH', `age1x AGE-SECRET-KEY-1${'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE'.slice(0,58)}`,
  '-----BEGIN ENCRYPTED PRIVATE KEY-----', '-----BEGIN PGP PRIVATE KEY BLOCK-----', '-----BEGIN DSA PRIVATE KEY-----', 'PuTTY-User-Key-File-3: ssh-rsa',
  'contact bob.smith+x@corp-mail.de', '"from":"Jane Doe <jane@acme.io>"', 'user=jane_d@sub.acme.co.uk logged in', 'mailto:joe@acme.dev',
  '{"user":"bob","passwd":"qwerty!1"}', '{"PASSWORD":"Hunter2"}', '{"login":{"secret":"abcd1234"}}', '{"DB":{"PWD":"p455"}}', '{"admin_pass":"letme1n"}', '{"keystorePassword":"changeit99"}', '{"ssl.truststore.password":"tr8st"}', '{"client-secret":"9a8b7c"}', '{"refreshToken":"r-7h6g5f"}', '{"accesstoken":"a1b2c3d4"}', '{"authToken":"zz99yy88"}', '{"x-auth":"..","X-Authorization":"Bearer a1b2c3d4e5"}', '{"deviceToken":"f00dfeed1234"}', '{"apikey":"12345-abcde"}', '{"API_KEY":"12345-abcde"}', '{"stripeSecretKey":"foo12345678"}', '{"webhook_secret":"wh99"}', '{"jwt":"abc123def"}', '{"idToken":"a.b1.c22222"}', '{"sasToken":"sv=2022&sig=abc%3D"}',
  '{"query":{"token":"9f9f9f"},"url":"/x?token=9f9f9f"}', '{"body":"user=bob&password=hunter2"}', '{"body":"{\\"token\\": \\"abc123xyz\\"}"}', '{"msg":"{\'password\': \'hunter2\'}"}', '{"args":["--token","abc123xyz"]}', '{"argv":["node","x","--password=hunter2"]}', '{"cmd":"psql postgresql://u:s3c@h/d"}', '{"env":["DB_PASSWORD=hunter2","PATH=/bin"]}', '{"headers":{"Cookie":["sid=abcdef12"]}}', '{"Set-Cookie":"token=abcdef12; HttpOnly"}',
  'ERROR: login failed: password=hunter2', 'INFO env: API_TOKEN=abc123xyz', 'connect: dsn=postgres://u:pw@h/d', 'token abc: token=abc123xyz', 'Using secret = "abcd1234"', "const password = 'hunter2';", 'password="correct horse"', 'passwd:hunter2', 'export SECRET_KEY="django-insecure-#abc123"', "os.environ['API_KEY'] = 'k123456'", 'ENV MYSQL_PASSWORD=hunter2', '- name: DB_PASSWORD value: hunter2 DB_PASSWORD=hunter2', '<password>hunter2</password>', '"Password" -> "hunter2"', 'password := "hunter2"', ':password=>"hunter2"', 'Parameters: {"email"=>"x", "password"=>"hunter2"}', 'password: \'hunter2\',', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCY', 'Authorization: ApiKey abc123xyz99', 'authorization: Digest username="x", response="6629fae49393a05397450978507c4ef1"', 'Proxy-Authorization: Basic dXNlcjpwYXNz', '> Authorization: Bearer abc123xyz99', `X-Vault-Token: hvs.${rep(an, 24)}`, 'X-Amz-Security-Token=FwoGZXIvYXdzEBYaD', 'api.example.com/?auth=abc123xyz', 'https://h/cb#access_token=abc123xyz', 'http://admin:admin@h/', 'amqps://u:9@h/v', 'postgresql://u:p%40@h', 'nats://token123456789abcd@h', 'smtp://u%40x.io:pw1@h', `ghs_${rep(an, 36)}`, `(ghp_${rep(an, 36)})`, `key=AIza${rep(an, 35)}`, `xoxe.xoxp-1-${rep(an, 40)}`, `"sk-proj-${rep(an, 60)}"`, `sk-${rep(an, 20)}T3BlbkFJ${rep(an, 20)}`, 'token: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc', `GOCSPX-${rep(an, 28)}`, `whsec_${rep(an, 32)}`, '-----BEGIN RSA PRIVATE KEY-----\\nMIIE', 'mail: a.b@c.de', '<ann@firm.example.com>', 'To: ann@firm.fr, bob@firm.fr', '{"email":"ann.o\'neil@firm.ie"}', '{"user":"ann@firm.nl"}', 'ann@firm.com,bob@x.org',
 '{"level":"info","msg":"cfg","db":{"user":"a","password":"Zx9!kk"}}','{"data":{"attributes":{"apiToken":"tok_8877"}}}','{"SMTP_PASS":"mailpw1"}','{"ftpPassword":"ftp12345"}','{"private-token":"aB12cD34"}','{"x-gitlab-token":"aB12cD34"}','{"securityToken":"AQoDYXdzEJr1"}','{"vaultToken":"s.aB12cD34"}','{"basic_auth":"user:pa55w0rd"}','{"proxyAuthorization":"Basic dXNlcjpwYXNz"}','{"ssh_private_key":"b3BlbnNzaC1rZXk"}','{"service_account_key":"aB12cD34eF56"}','{"encryptionKey":"aB12cD34eF56"}','{"user_password_hash":"$2b$10$abcdefghijklmnopqrstuv"}','{"auth_cookie":"sid=abcdef12"}','{"magicLinkToken":"ml9988"}','{"inviteToken":"iv-998877"}','{"password1":"abc12345","password2":"abc12345"}','{"current_password":"abc12345"}','{"pass_phrase":"blue horse 7"}',
 'time=2026 level=warn msg="bad login" password="hunter2"','token="ab12cd34ef56"','Loaded credentials user:hunter2 from env: SECRET=abc12345','http.headers.authorization=Bearer ab12cd34','h.Authorization: Bearer ab12cd34','{\\"authorization\\":\\"Basic dXNlcjpwYXNz\\"}','X-Api-Key=[ab12cd34]','x-amz-security-token: FwoGZXIvYXdzEBYaD12','--api-key=ab12cd34','--client-secret ab12cd34','-Dspring.datasource.password=pw123456','spring.redis.password: pw123456','MYSQL_PWD=pw123','REDIS_URL=redis://:pw123@h','DATABASE_URL: postgres://u:pw123@h/d','mssql://sa:Pw123@h','couchdb://admin:pw12@h','clickhouse://default:pw12@h','cassandra://u:pw@h','https://ab12cd34ef56ab78cd90@h/1',`https://api:key-${rep('0a1b2c3d',32)}@api.mailgun.net`,`glpat-${rep(an,20)}`,'AKIA'+'ABCDEFGHIJ234567',`ghp_${rep(an,36)}`,`sk_live_${rep(an,24)}`,`xoxb-1234567890-${rep(an,24)}`,`AIza${rep(an,35)}`,`SG.${rep(an,22)}.${rep(an,43)}`,`npm_${rep(an,36)}`,`hooks: https://hooks.slack.com/services/T1/B1/${rep(an,24)}`,`sk-ant-api03-${rep(an,90)}`,'eyJhbGciOiJub25lIn0.eyJhIjoxfQ.','jane@firm.co','"jane.roe"<jane.roe@firm.org>','user jane@firm.io signed up',
];

/** Secrets that the rules do not find: a value whose own name says nothing, and names or places that are no sign of one. */
const notFound = [
  '{"secrets":{"db":"s3cr3t!!"}}',
  '{"pin":4711,"pinCode":"4711"}',
  '> AUTH hunter22',
  'PGPASSWORD=pw psql',
  'WARN secret key = abcd-1234-efgh',
  'mongodb://root:example@mongo:27017',
  '<add key="ApiSecret" value="abc123xyz"/>',
];

// biome-ignore format: a table
const harmless = [
  '{"password":"********"}', '{"password":"••••••••"}', '{"password":"[Filtered]"}', '{"password":"[MASKED]"}', '{"password":"<hidden>"}', '{"password":"***REDACTED***"}', '{"password":"REDACTED"}', '{"password":"--redacted--"}',
  '{"password":"[secure]"}', '{"password":"(redacted)"}', '{"token":"****1234"}', '{"token":"abc***"}', '{"token":"sk-...aB3d"}', '{"apiKey":"sk_live_****"}', '{"token":"<token>"}', '{"token":"%TOKEN%"}', '{"token":"$TOKEN"}', '{"token":"${env:TOKEN}"}', '{"token":"{{secrets.TOKEN}}"}', '{"token":"${{ secrets.GITHUB_TOKEN }}"}',
  '{"password":null}', '{"password":"null"}', '{"password":"undefined"}', '{"password":"none"}', '{"password":"anonymous"}', '{"password":"N/A"}', '{"password":"(empty)"}', '{"password":"not set"}', '{"password":"[object Object]"}', '{"password":"[String]"}', '{"password":"<string>"}',
  '{"password":"string"}', '{"token":0}', '{"token":1}', '{"password":8}', '{"secret":"no"}', '{"passwordLength":12}', '{"passwordMinLength":8}', '{"tokenExpiresIn":3600}', '{"tokensUsed":1234}', '{"inputTokens":812,"outputTokens":99}', '{"token_limit":4096}', '{"tokenizer":"cl100k_base"}', '{"secretsLoaded":12}', '{"secretArn":"arn:aws:secretsmanager:us-east-1:1:secret:x"}',
  '{"passwordHashAlgorithm":"bcrypt"}', '{"authMethod":"password"}', '{"auth":"oauth2"}', '{"grant_type":"password"}', '{"type":"password"}', '{"field":"password","message":"too short"}', '{"path":["body","password"],"message":"Required"}', '{"msg":"password reset requested"}', '{"msg":"Password for user bob was changed"}', '{"msg":"invalid password"}', '{"msg":"missing token"}', '{"msg":"token expired at 12:00"}', '{"msg":"JWT token verified"}', '{"msg":"secret rotation finished"}', '{"error":"invalid_token"}', '{"code":"auth/wrong-password"}', '{"event":"password_changed"}', '{"route":"/api/v1/password/reset"}', '{"url":"/auth/token"}', 'POST /oauth/token 200 12ms', 'GET /password/forgot 200', 'GET /login?next=/account&token_type=bearer', 'GET /search?q=password', 'GET /?page_token=CAUQAA', 'GET /?cursor=eyJpZCI6MX0',
  '{"publicKey":"-----BEGIN PUBLIC KEY-----"}', '-----BEGIN CERTIFICATE-----', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7', '{"kid":"2026-01-key"}', '{"key":"user:42"}', '{"keys":["a","b"]}', '{"cacheKey":"GET:/users"}', '{"s3Key":"uploads/2026/a.png"}', '{"objectKey":"a/b/c"}', '{"redisKey":"sess:1"}', '{"rowKey":"12345"}', '{"apiKeyId":"k_12345"}', '{"api_key_name":"ci"}', '{"keyPrefix":"sk_live"}', '{"tokenId":"tok_1"}', '{"sessionCount":3}', '{"cookieConsent":true}', '{"cookieName":"sid"}', '{"hasPassword":true}', '{"isTokenValid":"yes"}', '{"tokenValid":"true"}', '{"credentials":"include"}', '{"credentials":"same-origin"}', '{"withCredentials":true}',
  'name@host.service', 'logo@2x.png', 'background@3x.jpg', 'user@localhost', 'ssh deploy@10.0.0.5', 'postgres@db-1', 'git@github.com:a/b.git', 'npm i @types/node@20.1.0', 'yarn add react@18.2.0', 'pkg:npm/%40scope/name@1.2.3', '@nestjs/core@10.0.0 loaded', 'systemd: Started session@1.scope', 'foo@bar', 'Decorator @Injectable used', 'kafka@broker-0.kafka.svc.cluster.local', 'node_modules/.pnpm/vite@7.1.0_x/node_modules', 'com.example.Foo$Bar@1b2c3d', 'rabbit@rabbitmq-0.rabbitmq.default', 'actions/checkout@v4', 'docker pull image@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', 'celery@worker1.internal ready', 'uwsgi@app.socket',
  'redis://cache:6379/0', 'postgres://app@db/x', 'postgres://app:@db/x', 'postgres://app:***@db/x', 'postgres://user:password@localhost/db is the format', 'postgres://<user>:<password>@<host>/db', 'redis://:****@h', 'https://h/a:b@c', 'amqp://user:xxxxx@h', 'mysql://root:${MYSQL_PASSWORD}@h/d', 'postgres://app:[REDACTED]@db', 'postgres://app:REDACTED@db', 'http://anonymous:@h',
  'password=', 'password=""', "password=''", 'password=null', 'password=<redacted>', 'password=$PASSWORD', 'password=$(cat /run/secrets/x)', 'password: [FILTERED]', 'Password: ', 'password: ******', 'token: <none>', 'password=YES', '(using password: YES)', "Access denied for user 'root'@'localhost' (using password: YES)", "Access denied for user 'root'@'10.0.0.4' (using password: NO)", 'FATAL:  password authentication failed for user "app"', 'no password supplied', 'Enter password:', 'token=%s', 'Unexpected token < in JSON at position 0', 'Unexpected token } in JSON', 'Bearer token missing', 'Bearer realm="x"', 'Authorization: Bearer', 'Authorization: Bearer [REDACTED]', 'Authorization: Basic ****', 'Authorization header is missing', 'authorization: undefined', 'Basic plan selected', 'Basic validation passed', 'cookie: [redacted]', 'Cookie: <none>', 'set-cookie: sid=; Max-Age=0', 'secret: external', 'secretRef: name=db', 'secret/db-credentials created', 'secret "db-credentials" deleted', 'tokens: 1532', 'token count=1532', 'max_tokens=4096', 'tokens=812/4096', 'auth=none', 'auth: disabled', 'auth=scram-sha-256', 'password_encryption=scram-sha-256', 'passwordEncoder=bcrypt', 'pass=12 fail=0', 'PASS: 12', 'pass: 12, fail: 0', 'passed=12', 'tests: pass', 'key=value', 'key: 42', 'sort key: name',
  'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'etag=33a64df551425fcc55e4d42a148795d9f25f89d4', 'uuid 7b0c2f5e-1111-4222-8333-444455556666', `sha512-${rep(an, 86)}`, `integrity sha384-${rep(an, 64)}`, 'AKIA', 'sk-learn 1.2', 'task-force sk-1', 'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', 'sk_live_xxxxxxxxxxxxxxxxxxxxxxxx', 'AKIAXXXXXXXXXXXXXXXX', `pk_live_${rep(an, 24)}`, 'eyJ is how a JWT begins', 'AIza is a prefix',
  '{"password":"xxxxxxxx"}', '{"password":"[hidden]"}', '{"password":"<secret>"}', '{"password":"{redacted}"}', '{"password":"***hidden***"}', '{"authorization":"Bearer ***"}', '{"authorization":"Bearer [token]"}', '{"authorization":"<redacted>"}', '{"authorization":"Basic [REDACTED]"}', '{"cookie":"[Redacted]"}', '{"set-cookie":["[Redacted]"]}', '{"token":"eyJ..."}', '{"token":"abcd…wxyz"}', '{"token":"first4: abcd***"}', '{"apiKey":"...1234"}', '{"secret":"${SECRET:-default}"}', '{"secret":"{{ .Values.secret }}"}', '{"secret":"vault:secret/data/x#y"}', '{"secret":"op://vault/item/field"}', '{"password":"env(DB_PASSWORD)"}', '{"password":"@env:DB"}', '{"password":"process.env.DB_PASSWORD"}', '{"password":"secretKeyRef"}', '{"password":"<nil>"}', '{"password":"(null)"}', '{"password":"-"}', '{"token":"missing"}', '{"token":"valid"}', '{"token":"refresh"}', '{"token":"access"}', '{"token":"csrf"}', '{"token":"IDENTIFIER"}', '{"token":"EOF"}', '{"secret":"found"}', '{"apiKey":"present"}', '{"password":"too_short"}', '{"password":"must contain a digit 0-9"}', '{"errors":{"password":["is too weak","needs 8 characters"]}}', '{"errors":{"token":["has expired"]}}', '{"required":["email","password"]}', '{"fields":"email,password"}', '{"tokens":[1,2,3]}', '{"tokens":{"prompt":812,"completion":99}}', '{"usage":{"total_tokens":911}}', '{"tokensPerSecond":42.5}', '{"tokenBucket":{"size":100}}', '{"token_bucket_size":100}', '{"authorized":true}', '{"authorizationUrl":"https://h/auth"}', '{"authProvider":"google"}', '{"authenticated":"yes"}', '{"passwordless":"enabled"}', '{"password_strength":"strong"}', '{"cookieSecure":true,"cookieDomain":".x.io"}', '{"secretsManager":"aws"}', '{"secretary":"Ann"}', '{"key":"a","value":"b"}', '{"monkey":"george77"}', '{"turkey":"roast1234"}', '{"hotkey":"ctrl+shift+4"}', '{"keyCode":13}', '{"keypress":"Enter"}', '{"apiKeyRotation":"30d"}', '{"sshKeyFingerprint":"SHA256:abc123"}', '{"publicKeyPem":"MFkwEwYH"}', '{"partition_key":"t#7"}', '{"idempotencyKey":"k-1234567"}', '{"lockKey":"job:1234"}', '{"queueKey":"bull:mail:1"}', '{"dedupeKey":"evt_12345678"}', '{"i18nKey":"login.title1"}', '{"session":"started"}',
  'token budget: 4096', 'Generated 812 tokens in 3.2s', 'no token in request', 'token: required', 'token=missing', 'token=none', 'secret=redacted', 'password=hidden', 'password updated', 'password for user postgres:', '[sudo] password for bob:', 'Password authentication disabled', 'wrong password (attempt 3 of 5)', 'auth: success', 'auth=true', 'authorization: none', 'Authorization: <none>', 'authorization=required', 'Bearer', 'Bearer <access-token>', 'basic auth: enabled', 'Basic auth credentials missing', 'Using basic configuration file config.yml', 'bearer authentication scheme configured', 'cookie: none', 'cookie-parser@1.4.6', 'cookies enabled', 'secret manager: connected', 'Secret mounted at /run/secrets/db', 'SECRET_FILE=/run/secrets/x', 'TOKEN_PATH=/var/run/token', 'DB_PASSWORD_FILE=/run/secrets/db', 'PASSWORD_HASHER=argon2', 'JWT_ALGORITHM=HS256', 'JWT_EXPIRES_IN=3600s', 'TOKEN_TTL=86400', 'token_ttl: 86400', 'SESSION_COOKIE_NAME=sid', 'COOKIE_DOMAIN=.x.io', 'API_KEY_HEADER=X-Api-Key', 'api_key_header: x-api-key', 'kid=abc12345', 'sig_alg=RS256', 'signature valid', 'signature: verified', 'pwd: /home/app', 'PWD=/srv/app', 'cwd=/srv/app', 'passive mode: on', 'bypass=true', 'compass=12345', 'passport=strategy1', 'passenger: 12 seats', 'GET /users/1/tokens 200', 'GET /static/logo@2x.png', 'img@3x.webp', 'icon@2x.avif 304', 'getty@tty1.service', 'user@1000.service: started', 'run-user@0.mount', 'vite@5.0.0', '@babel/core@7.24.0', 'eslint@9.0.0-alpha.2', 'npm ERR! foo@1.0.0 test', 'express@latest', 'x@next', 'image@sha256:abcdef', 'foo@v1.2.3', 'node@lts', 'git@gitlab.com:g/p.git', 'ssh://git@github.com/o/r.git', 'root@host:~#', 'admin@192.168.1.1', 'redis@127.0.0.1:6379', 'https://cdn/npm/vue@3.4.0/dist/vue.js', 'https://medium.com/@user/post', 'postgresql://app@db:5432/x', 'postgresql://localhost/x?sslmode=disable', 'redis://localhost', 'http://h:8080/@id/x', 'mongodb://$USER:$PASS@h/d', 'mysql://{user}:{password}@h/d', 'amqp://guest:****@h', 'https://x:***@github.com/o/r', 'jdbc:postgresql://db/x?user=app&password=***', 'at Object.<anonymous> (/app/x.js:1:1)', 'class Foo@1f2e3d4c', 'commit 9f3ac1d07be458269f3ac1d07be458269f3ac1d0', 'sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709', 'uuid=7b0c2f5e-1111-4222-8333-444455556666', `request id req_${rep(an, 24)}`, `cus_${rep(an, 14)}`, `pi_${rep(an, 24)}`, `price_${rep(an, 24)}`, `pk_test_${rep(an, 24)}`, 'ey is short', `task-${rep(an, 40)}`, `disk-${rep(an, 40)}`, 'risk-assessment-and-mitigation-plan-2026-final', 'sk-SK locale', 'npm_config_registry=https://r', 'npm_package_version=1.0.0', 'key-value pairs: 12', 'SG.1 region',
 '{"password":"XXXX"}','{"password":"######"}','{"password":"●●●●●"}','{"password":"[PROTECTED]"}','{"password":"<sensitive>"}','{"password":"***removed***"}','{"password":"(hidden)"}','{"token":"[Object]"}','{"token":"[Circular]"}','{"token":"[Function]"}','{"token":"Symbol(x)"}','{"secret":"${{secrets.X}}"}','{"secret":"%{SECRET}"}','{"secret":"#{secret}"}','{"secret":"<%= secret %>"}','{"secret":"$(SECRET)"}','{"secret":"arn:aws:secretsmanager:eu-1:1:secret:x"}','{"secret":"projects/p/secrets/s/versions/1"}','{"password":"unknown"}','{"password":"false"}','{"password":"required field"}','{"password":"optional"}','{"password":"is required"}','{"password":"Password is required"}','{"password":"Please enter a password"}','{"token":"Token is invalid"}','{"auth":{"type":"bearer"}}','{"auth":"basic"}','{"authorization":"granted"}','{"authorization":"denied"}','{"authorization":"admin"}','{"cookies":{}}','{"cookie":"accepted"}','{"tokenCount":99,"token_usage":{"total":12}}','{"maxTokens":4096}','{"stop_token":"<|end|>"}','{"eos_token":"</s>"}','{"secretName":"tls-1"}','{"secretKeyRef":{"name":"db","key":"password"}}','{"passwordField":"#pw1"}','{"password_policy":"min12"}','{"password_age_days":90}','{"key":"ArrowDown1"}','{"primaryKey":"id_1"}','{"configKey":"app.port.8080"}','{"apiKeyName":"ci-2026"}','{"pass":true}','{"pass":3}','{"pass":"yes"}','{"compass":"n12345"}',
 'password is required','Password must have 8 to 72 characters','invalid password for user 1234','token 12345 of 67890 processed','tokens/s: 42.5','Token limit exceeded: 4097 > 4096','parsed 812 tokens','unexpected token: "12345"','token type: Bearer','access token expired 5 minutes ago','refreshing token in 300s','secret count: 3','secret/version: 12','using secret from file: /run/secrets/x','auth failed: 401','authorization: failed (401)','basic: 12 items','bearer of news 2026','Basic 2026 plan','cookie: 3 items','apiVersion: v1','key: value1','keys: 12','foreign key: fk_users_1','key count=12345','max_connections=100 password_encryption=md5','passphrase prompt shown','user@host:/path','user@10.1.2.3','pg@15.2','npm notice foo@1.2.3','a@b','x@y.z1','photo@2x.jpeg','icon@4x.bmp','font@1.woff2','sprite@2x.css','main@{upstream}','HEAD@{1}','@scope/pkg@1.2.3','docker.io/library/redis@sha256:aa','unit@instance.path','dbus@org.freedesktop.service','postgres://localhost:5432','postgres://db/x?user=app','redis://u@h','http://h/@user:name','https://h:443/a@b.c','amqp://h/%2f','trace=4bf92f3577b34da6a3ce929d0e0e4736','sha256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',`price_1${rep(an,20)}`,'tok_visa',`cus_${rep(an,14)}`,
];

const tools = analyserTools({});
const rulesFound = (line: string) => {
  const analyser = new LogAnalyser({}, tools);
  analyser.push(Buffer.from(`${line}\n`));
  return Object.keys(analyser.end().secrets);
};

it('has more than a hundred lines of either kind', () => {
  expect([secrets.length, harmless.length].every((count) => count > 100)).toBe(true);
});

it('finds secrets by the kind of their name, their place or their form', () => {
  expect(secrets.filter((line) => rulesFound(line).length === 0)).toEqual([]);
});

it('does not find what nothing marks as a secret', () => {
  expect(notFound.filter((line) => rulesFound(line).length > 0)).toEqual([]);
});

it('takes masks, references, names and statements for no secret', () => {
  expect(harmless.map((line) => [line, ...rulesFound(line)]).filter(([, rule]) => rule)).toEqual([]);
});
