import { createLog } from '../common/log.ts';
import { reportListening, runUntilStopped } from '../common/process.ts';
import { serviceVersion, startTelemetry } from '../common/telemetry.ts';
import { Authenticator } from './auth.ts';
import { Cache } from './cache.ts';
import { Database } from './database.ts';
import { createServer } from './server.ts';
import { readSettings } from './settings.ts';

await runUntilStopped('meatymusic-api', async () => {
  const settings = readSettings(process.env);
  const { serviceName, environment } = settings;
  const telemetry = await startTelemetry({ serviceName, environment, ...settings.telemetry });
  const log = createLog({ service: serviceName, ...settings.log });
  if (telemetry) log.info(telemetry.description, 'OpenTelemetry initialized');

  const database = new Database(settings.database, (error) =>
    log.warn({ reason: (error as { code?: string }).code ?? error.message }, 'database connection lost'),
  );
  const cache = new Cache(settings.cache, (available, reason) =>
    available
      ? log.info('cache connected')
      : log.warn({ reason }, 'cache unavailable, continuing without it'),
  );
  const auth = await Authenticator.create(settings.auth);
  if (!auth.configured) log.warn('no AUTH_JWKS and no AUTH_JWKS_URL: every token is refused');

  const app = await createServer({ settings, log, database, cache, auth });
  const address = await app.listen({
    host: settings.host,
    port: settings.port,
    listenTextResolver: (at) => `listening on ${at}`,
  });
  reportListening(settings.port);
  log.info({ address, version: serviceVersion, startup_ms: Math.round(performance.now()) }, 'API started');
  return {
    log,
    async stop() {
      setTimeout(() => app.server.closeAllConnections(), 1_000).unref();
      await app.close();
      cache.close();
      await database.close();
      await telemetry?.shutdown();
    },
  };
});
