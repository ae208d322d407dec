/** What the rows of the tables of CORS are made of. */
import { byHand } from './cors-apis.ts';
import type { Listener } from './serve.ts';
import type { Verdicts } from './token-case.ts';

export const web = 'https://songs.example.test';

export const corsChecks = ['allowed-origin', 'foreign-origin', 'preflight', 'errors-keep-headers'] as const;
export type CorsCheck = (typeof corsChecks)[number];

export interface CorsCase {
  name: string;
  api: Listener | Promise<Listener>;
  options?: Record<string, unknown>;
  /** The web app has the origin of the API. */
  isOneOrigin?: boolean;
  /** Of every check that `but` does not name. */
  verdict?: string;
  but?: Verdicts<CorsCheck>;
}

export const allow = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-allow-methods': 'GET, PUT',
  'access-control-allow-headers': 'Authorization, Content-Type, Traceparent, X-Service-Name',
});
export const byRule = (isAllowed: (origin: string) => boolean) =>
  byHand((origin) => (origin !== undefined && isAllowed(origin) ? { ...allow(origin), vary: 'Origin' } : {}));
export const all = (code: string) => Object.fromEntries(corsChecks.map((check) => [check, code]));
export const lookAlike = { 'foreign-origin': 'look-alike' };
export const methods = ['GET', 'PUT'];
export const headers = ['authorization', 'content-type', 'traceparent', 'x-service-name'];
