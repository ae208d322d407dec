import { expect, it } from 'vitest';
import { isSecretHeader, isSecretName, isSecretParameter } from './secret-names.ts';

it.each(
  `CLERK_SECRET_KEY AWS_SECRET_ACCESS_KEY STRIPE_API_KEY STRIPE_RESTRICTED_KEY STRIPE_LIVE_KEY OPENAI_KEY DB_PASS
  PASSPHRASE SSH_KEY_PASSPHRASE db_password userPassword auth_token accessToken apiKey APIKEY api-key POSTGRES_PASSWORD
  auth.token services.cache.password SECRET_KEY_BASE GITHUB_TOKEN GITHUB_PAT NPM_TOKEN PGPASSWORD MYSQL_PWD REDIS_AUTH
  clientSecret client_secret privateKey SIGNING_KEY ENCRYPTION_KEY JWT_SECRET sessionCookie password PASSWORD2 secret
  AWS_SESSION_TOKEN dbPass refreshToken id_token mysecret X-Api-Key credentials DATABASE_PASSWORD_PROD`.split(
    /\s+/,
  ),
)('%s names a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

it.each(
  `POSTGRES_USER POSTGRES_PASSWORD_FILE TOKEN_URL token_type tokenCount max_tokens AWS_ACCESS_KEY_ID keyId auth.keyId
  auth.signingKeyFile primary_key foreignKey cache_key partitionKey IDEMPOTENCY_KEY publicKey STRIPE_PUBLISHABLE_KEY
  SUPABASE_ANON_KEY nextPageToken key PATH COMPASS BYPASS pass passed passive author authority keyboard monkey secretary
  secretName passwordPolicy password_expires_at password_reset_url tokenizer auth HOSTNAME cookiePolicy tokens
  PASSWORD_MIN_LENGTH PWD OLDPWD sortKey secret_version`.split(/\s+/),
)('%s names none', (name) => {
  expect(isSecretName(name)).toBe(false);
});

it('recognizes headers and parameters that contain a secret', () => {
  expect(['Authorization', 'Set-Cookie', 'x-api-key', 'X-Auth-Token'].every(isSecretHeader)).toBe(true);
  expect(['content-type', 'idempotency-key', 'sec-websocket-key'].some(isSecretHeader)).toBe(false);
  expect(['key', 'sig', 'client_secret', 'X-Amz-Signature'].every(isSecretParameter)).toBe(true);
  expect(['page', 'sort_key', 'state', 'q'].some(isSecretParameter)).toBe(false);
});
