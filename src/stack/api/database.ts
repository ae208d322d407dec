import { CompiledQuery, Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { inClientSpan } from '../common/request-trace.ts';
import type { Database as Schema } from './database-schema.ts';
import type { Settings } from './settings.ts';

export type TenantTransaction = Transaction<Schema>;

export class Database {
  readonly #settings: Settings['database'];
  readonly #pool: pg.Pool;
  readonly #kysely: Kysely<Schema>;

  /** `onError` is called for an idle connection that broke. */
  constructor(settings: Settings['database'], onError: (error: Error) => void) {
    this.#settings = settings;
    this.#pool = new pg.Pool({
      connectionString: settings.url,
      max: settings.poolMax,
      connectionTimeoutMillis: settings.timeoutMs,
      statement_timeout: settings.timeoutMs,
      query_timeout: settings.timeoutMs + 200,
      idleTimeoutMillis: 10_000,
      application_name: 'meatymusic-api',
    });
    this.#pool.on('error', onError);
    // A checked-out connection emits its own `error` events, which would end the process without a listener.
    this.#pool.on('connect', (client) => client.on('error', onError));
    this.#kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: tracedPool(this.#pool) }) });
  }

  /** Runs one statement of the service, outside of any tenant, for the health endpoints. */
  async query<Row>(statement: string): Promise<Row[]> {
    const { rows } = await this.#kysely.executeQuery(CompiledQuery.raw(statement));
    return rows as Row[];
  }

  /**
   * The only way to a tenant's rows: a transaction that has the application's role and speaks for one tenant. Both are local
   * to it, so that neither a pooled connection nor a superuser's can carry them, or their absence, any further.
   */
  inTenant<T>(tenantId: string, work: (transaction: TenantTransaction) => Promise<T>): Promise<T> {
    return this.#kysely.transaction().execute(async (transaction) => {
      const { role } = this.#settings;
      if (role) await transaction.executeQuery(CompiledQuery.raw(`set local role ${quoted(role)}`));
      await transaction.executeQuery(
        CompiledQuery.raw("select set_config('app.current_tenant_id', $1, true)", [tenantId]),
      );
      return work(transaction);
    });
  }

  async close(): Promise<void> {
    await this.#kysely.destroy();
  }
}

/** Pool for Kysely with a client span around each statement. Spans never contain values. */
function tracedPool(pool: pg.Pool) {
  const { host, port, database } = pool.options.connectionString
    ? parsed(pool.options.connectionString)
    : { host: 'localhost', port: 5432, database: '' };
  const common = {
    'db.system.name': 'postgresql',
    'db.namespace': database,
    'server.address': host,
    'server.port': port,
  };
  return {
    async connect() {
      const client = await inClientSpan('pg.connect', common, () => pool.connect());
      return new Proxy(client, {
        get(target, property) {
          if (property !== 'query') {
            const value = Reflect.get(target, property);
            return typeof value === 'function' ? value.bind(target) : value;
          }
          return (text: string, values?: unknown[]) => {
            const { operation, summary } = summarized(text);
            return inClientSpan(
              summary,
              {
                ...common,
                'db.operation.name': operation,
                'db.query.summary': summary,
                'db.query.text': text,
              },
              () => target.query(text, values),
            );
          };
        },
      });
    },
    end: () => pool.end(),
  };
}

/** `insert into "users" …` → `INSERT users`: few enough different names to group by. */
function summarized(statement: string): { operation: string; summary: string } {
  const operation = /^\s*(\w+)/.exec(statement)?.[1]?.toUpperCase() ?? 'QUERY';
  const table = /\b(?:from|into|update)\s+"?(\w+)"?/i.exec(statement)?.[1];
  return { operation, summary: table ? `${operation} ${table}` : operation };
}

function parsed(url: string) {
  const { hostname, port, pathname } = new URL(url);
  return { host: hostname, port: Number(port || 5432), database: pathname.slice(1) };
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
