import { serviceVersion } from '../../common/telemetry.ts';
import type { ErrorResponse } from '../api-error.ts';
import type { Database } from '../database.ts';
import type { App, Services } from '../services.ts';

declare const __MIGRATIONS__: string[];
/** The migrations that this build was made with; a database without one of them is not what the code expects. */
const expectedMigrations = typeof __MIGRATIONS__ === 'undefined' ? [] : __MIGRATIONS__;

type State = { state: 'up' | 'down'; latency_ms: number };
type Migrations = { state: 'current' | 'pending' | 'unknown'; applied: number; pending: string[] };

export function healthRoutes(app: App, { settings, database, cache }: Services): void {
  /** Liveness: the process responds. Does not depend on its services, which a restart would not repair. */
  app.get('/health', { config: { rateLimit: 0 } }, async () => ({
    status: 'ok',
    service: settings.serviceName,
    version: serviceVersion,
    uptime_seconds: Math.round(process.uptime()),
  }));

  /** Readiness: requests can be served. The cache is not required. */
  app.get('/health/ready', { config: { rateLimit: 0 } }, async (request, reply) => {
    const [databaseState, cacheState, migrations] = await Promise.all([
      timed(async () => (await database.query('select 1 as one')).length === 1),
      timed(() => cache.ping()),
      migrationState(database),
    ]);
    const usable = databaseState.state === 'up' && migrations.state === 'current';
    const status = !usable ? 'unavailable' : cacheState.state === 'up' ? 'ready' : 'degraded';
    const checks = { database: databaseState, cache: cacheState, migrations };
    if (usable) return { status, service: settings.serviceName, checks };
    const message =
      databaseState.state === 'down' ? 'The database cannot be reached.' : 'Migrations are pending.';
    const { error }: ErrorResponse = {
      error: { code: 'not_ready', message, trace_id: request.trace.traceId },
    };
    return reply.code(503).send({ status, service: settings.serviceName, checks, error });
  });
}

async function timed(probe: () => Promise<boolean>): Promise<State> {
  const start = performance.now();
  const up = await probe().catch(() => false);
  return { state: up ? 'up' : 'down', latency_ms: Math.round((performance.now() - start) * 100) / 100 };
}

async function migrationState(database: Database): Promise<Migrations> {
  try {
    const rows = await database.query<{ name: string }>('select name from kysely_migration');
    const applied = new Set(rows.map(({ name }) => name));
    const pending = expectedMigrations.filter((name) => !applied.has(name));
    const current = pending.length === 0 && applied.size > 0;
    return { state: current ? 'current' : 'pending', applied: applied.size, pending };
  } catch (thrown) {
    const undefinedTable = (thrown as { code?: unknown }).code === '42P01';
    return { state: undefinedTable ? 'pending' : 'unknown', applied: 0, pending: [...expectedMigrations] };
  }
}
