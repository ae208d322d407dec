import { composeBody, composeQuery } from '../schemas.ts';
import type { App, Services } from '../services.ts';
import { composeSong } from '../song.ts';

interface Seeded {
  seed: string;
}

/** Public: it reads and stores nothing. */
export function composeRoutes(app: App, { settings }: Services): void {
  app.get<{ Querystring: Seeded }>(
    '/api/v1/compose',
    { schema: { querystring: composeQuery } },
    async ({ query }) => composeSong(query.seed),
  );

  /** For authenticated callers, with a lower rate limit, because composing is expensive. */
  app.post<{ Body: Seeded }>(
    '/api/v1/compose',
    { schema: { body: composeBody }, config: { rateLimit: settings.rateLimit.composeMax } },
    async ({ body }) => composeSong(body.seed),
  );
}
