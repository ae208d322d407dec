import type { Caller } from '../auth.ts';
import { preferencesBody } from '../schemas.ts';
import { type App, authenticated, type Services } from '../services.ts';
import { ensureUser } from '../users.ts';

interface Preferences {
  preferences: Record<string, unknown>;
  updated_at: string | null;
}

export function preferencesRoutes(app: App, services: Services): void {
  const { database, cache, settings } = services;
  const onRequest = authenticated(services);
  const remember = (caller: Caller, value: Preferences) =>
    cache.set(cacheKey(caller), JSON.stringify(value), settings.cache.ttlSeconds);

  app.get('/api/v1/preferences', { onRequest }, async ({ caller }, reply) => {
    const cached = await cache.get(cacheKey(caller));
    reply.header('x-cache', cached === undefined ? 'miss' : 'hit');
    if (cached !== undefined) return JSON.parse(cached) as Preferences;
    const row = await database.inTenant(caller.tenantId, (transaction) =>
      transaction
        .selectFrom('user_preferences')
        .innerJoin('users', 'users.id', 'user_preferences.user_id')
        .select(['user_preferences.preferences', 'user_preferences.updated_at'])
        .where('users.clerk_user_id', '=', caller.subject)
        .executeTakeFirst(),
    );
    const value = row ? shown(row) : { preferences: {}, updated_at: null };
    await remember(caller, value);
    return value;
  });

  app.put<{ Body: Pick<Preferences, 'preferences'> }>(
    '/api/v1/preferences',
    { onRequest, schema: { body: preferencesBody } },
    async ({ caller, body }) => {
      const preferences = JSON.stringify(body.preferences);
      const row = await database.inTenant(caller.tenantId, async (transaction) =>
        transaction
          .insertInto('user_preferences')
          .values({ user_id: await ensureUser(transaction, caller), preferences })
          .onConflict((conflict) =>
            conflict.column('user_id').doUpdateSet({ preferences, updated_at: new Date() }),
          )
          .returning(['preferences', 'updated_at'])
          .executeTakeFirstOrThrow(),
      );
      const value = shown(row);
      await remember(caller, value);
      return value;
    },
  );
}

/** Cache key of tenant and user, so that no caller reads the entry of another. */
function cacheKey({ tenantId, subject }: Caller): string {
  return `meatymusic:preferences:${tenantId}:${subject}`;
}

function shown(row: { preferences: unknown; updated_at: Date }): Preferences {
  return {
    preferences: row.preferences as Record<string, unknown>,
    updated_at: row.updated_at.toISOString(),
  };
}
