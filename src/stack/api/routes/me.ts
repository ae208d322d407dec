import { type App, authenticated, type Services } from '../services.ts';
import { findUser } from '../users.ts';

export function meRoutes(app: App, services: Services): void {
  /** Returns the caller. Reading writes nothing: a user who never wrote anything has no row, and `user` is null. */
  app.get('/api/v1/me', { onRequest: authenticated(services) }, async ({ caller }) => {
    const user = await services.database.inTenant(caller.tenantId, (transaction) =>
      findUser(transaction, caller),
    );
    return { subject: caller.subject, tenant_id: caller.tenantId, user: user ?? null };
  });
}
