import type { StackInfo } from './stack.ts';
import type { Skip } from './verdict.ts';

/** Returns a skip for a check that needs the web app's origin while the web app has no address; otherwise `undefined`. */
export function skipWithoutOrigin(configured: string, { absent }: StackInfo): Skip | undefined {
  if (configured || !absent?.web) return undefined;
  const reason = `the origin of the web app is unknown: ${absent.web.reason}`;
  return { status: 'skip', reason, enable: absent.web.hint };
}
