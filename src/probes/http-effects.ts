import { isSafeMethod } from '../check/effects.ts';
import { type DeclaredEffects, requireEffects } from './effects.ts';
import type { HttpCall } from './http-call.ts';

/** Some frameworks carry out this method instead of the request's own. */
const overridingHeaders = new Set(['x-http-method-override', 'x-http-method', 'x-method-override']);
/** With a body, they could make the server read its end as a second request. */
const framingHeaders = new Set(['content-length', 'transfer-encoding']);

/** Refuses a request that could write, unless the check declares that. Redirects are requests of their own. */
export function assertOnlyReads(call: HttpCall, context: DeclaredEffects): void {
  const writes = writeIn(call);
  if (writes) requireEffects(context, 'temporary', writes);
}

function writeIn({ method, request, target }: HttpCall): string | undefined {
  if (!isSafeMethod(method)) return target;
  const given = [...Object.entries(request.headers ?? {}), ...(request.moreHeaders ?? [])];
  for (const [name, value] of given) {
    const lower = name.toLowerCase();
    if (overridingHeaders.has(lower) && !isSafeMethod(String(value).trim()))
      return `${target} with ${name}: ${value}`;
    if (framingHeaders.has(lower) && request.body) return `${target} with a body and its own ${name}`;
  }
  return undefined;
}
