import type { AddressInfo } from 'node:net';
import { createLog } from '../common/log.ts';
import { reportListening, runUntilStopped } from '../common/process.ts';
import { serviceVersion, startTelemetry } from '../common/telemetry.ts';
import { createWebServer, readStatics } from './server.ts';
import { readWebSettings } from './settings.ts';

await runUntilStopped('meatymusic-web', async () => {
  const settings = readWebSettings(process.env);
  const { serviceName, environment, host, port } = settings;
  const telemetry = await startTelemetry({ serviceName, environment, ...settings.telemetry });
  const log = createLog({ service: serviceName, ...settings.log });
  if (telemetry) log.info(telemetry.description, 'OpenTelemetry initialized');

  const server = createWebServer(settings, await readStatics(new URL('./', import.meta.url)), log);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  const { address, port: bound } = server.address() as AddressInfo;
  reportListening(bound);
  const url = `http://${address.includes(':') ? `[${address}]` : address}:${bound}`;
  log.info(
    { address: url, version: serviceVersion, startup_ms: Math.round(performance.now()) },
    'web app started',
  );
  return {
    log,
    async stop() {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 500).unref();
      });
      await telemetry?.shutdown();
    },
  };
});
