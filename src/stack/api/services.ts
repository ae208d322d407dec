import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { RequestTrace } from '../common/request-trace.ts';
import type { Authenticator, Caller } from './auth.ts';
import type { Cache } from './cache.ts';
import type { Database } from './database.ts';
import type { Settings } from './settings.ts';

declare module 'fastify' {
  interface FastifyRequest {
    trace: RequestTrace;
    /** Set by `authenticated`. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** Requests in a window, instead of the general limit; 0: as many as one likes. */
    rateLimit?: number;
  }
}

/** Services for the routes. */
export interface Services {
  settings: Settings;
  log: Logger;
  database: Database;
  cache: Cache;
  auth: Authenticator;
}

export type App = FastifyInstance;

/** A hook for routes that need to know who calls. */
export function authenticated({ auth }: Services) {
  return async (request: FastifyRequest): Promise<void> => {
    request.caller = await auth.verify(request.headers.authorization);
  };
}
