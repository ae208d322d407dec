/** The API in this process, on a free port, with its log and spans at hand. For tests alone. */
import type { AddressInfo } from 'node:net';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { Authenticator } from '../api/auth.ts';
import { Cache } from '../api/cache.ts';
import { Database } from '../api/database.ts';
import { createServer } from '../api/server.ts';
import { readSettings } from '../api/settings.ts';
import { createLog } from '../common/log.ts';
import { startTelemetry } from '../common/telemetry.ts';

export type LogLine = Record<string, unknown> & { message: string; level: string };

export interface TestApi {
  url: string;
  /** The key set that belongs to its tokens. */
  jwks: string;
  lines: LogLine[];
  /** As they were written. */
  rawLines: string[];
  spans(traceId?: string): ReadableSpan[];
  token(claims?: Record<string, unknown>, options?: TokenOptions): Promise<string>;
  stop(): Promise<void>;
}

export interface TokenOptions {
  issuer?: string;
  expiresAt?: number;
  algorithm?: 'RS256' | 'HS256';
  stray?: boolean;
}

export const tenantA = '00000000-0000-4000-8000-00000000000a';
export const tenantB = '00000000-0000-4000-8000-00000000000b';

export async function startApi(env: Record<string, string> = {}): Promise<TestApi> {
  const [keys, stray] = await Promise.all([
    generateKeyPair('RS256', { extractable: true }),
    generateKeyPair('RS256'),
  ]);
  // The old trick: the public key, which everybody has, as the secret of another algorithm.
  const publicSecret = new TextEncoder().encode(await exportSPKI(keys.publicKey));
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'test' }] });
  const nowhere = { DATABASE_URL: 'postgresql://no-user@127.0.0.1:1/none', REDIS_URL: 'redis://127.0.0.1:1' };
  const settings = readSettings({ ...nowhere, AUTH_JWKS: jwks, ...env });
  const exporter = new InMemorySpanExporter();
  const telemetry = await startTelemetry({
    serviceName: settings.serviceName,
    environment: 'test',
    disabled: settings.telemetry.disabled,
    exporters: 'none',
    processors: [new SimpleSpanProcessor(exporter)],
  });
  const rawLines: string[] = [];
  const log = createLog({
    service: settings.serviceName,
    ...settings.log,
    destination: { write: (line: string) => void rawLines.push(line) },
  });
  const database = new Database(settings.database, (error) =>
    log.warn({ reason: error.message }, 'database lost'),
  );
  const cache = new Cache(settings.cache, (available) => log.info({ available }, 'cache changed'));
  const auth = await Authenticator.create(settings.auth);
  const app = await createServer({ settings, log, database, cache, auth });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    jwks,
    rawLines,
    get lines() {
      return rawLines.map((line) => JSON.parse(line) as LogLine);
    },
    spans: (traceId) =>
      exporter.getFinishedSpans().filter((span) => !traceId || span.spanContext().traceId === traceId),
    token: (
      claims = {},
      { issuer = settings.auth.issuer, expiresAt, algorithm = 'RS256', stray: byStray } = {},
    ) =>
      new SignJWT({ sub: 'user_a', tenant_id: tenantA, ...claims })
        .setProtectedHeader({ alg: algorithm, kid: 'test' })
        .setIssuer(issuer)
        .setIssuedAt()
        .setExpirationTime(expiresAt ?? '5m')
        .sign(algorithm === 'HS256' ? publicSecret : byStray ? stray.privateKey : keys.privateKey),
    async stop() {
      const closed = app.close();
      app.server.closeAllConnections();
      await closed;
      cache.close();
      await database.close();
      await telemetry?.shutdown();
    },
  };
}

export interface ErrorBody {
  error: { code: string; message: string; trace_id: string; details?: { field: string; problem: string }[] };
}
