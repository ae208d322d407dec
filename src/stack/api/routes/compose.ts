import { composeBody, composeQuery } from '../schemas.ts';
import type { App, Services } from '../services.ts';
import { composeSong } from '../song.ts';

interface Seeded {
  seed: string;
}

/** Open to all, as it reads and stores nothing. */
export function composeRoutes(app: App, { settings }: Services): void {
  app.get<{ Querystring: Seeded }>(
    '/api/v1/compose',
    { schema: { querystring: composeQuery } },
    async ({ query }) => composeSong(query.seed),
  );

  /** The way that is meant for work: with a tighter limit, as composing is what costs. */
  app.post<{ Body: Seeded }>(
    '/api/v1/compose',
    { schema: { body: composeBody }, config: { rateLimit: settings.rateLimit.composeMax } },
    async ({ body }) => composeSong(body.seed),
  );
}
