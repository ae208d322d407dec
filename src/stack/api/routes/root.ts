import { serviceVersion } from '../../common/telemetry.ts';
import { openApiDocument } from '../openapi.ts';
import type { App, Services } from '../services.ts';

export function rootRoutes(app: App, { settings }: Services): void {
  app.get('/', async () => ({
    name: 'MeatyMusic AMCS API',
    description: 'Agentic Music Creation System',
    service: settings.serviceName,
    version: serviceVersion,
    links: { health: '/health', ready: '/health/ready', openapi: '/openapi.json' },
  }));

  app.get('/openapi.json', async () => openApiDocument);
}
