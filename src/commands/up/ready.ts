import { request } from 'node:http';
import { AwaitTimeout, awaitUntil } from '../../base/await-until.ts';
import { messageOf } from '../../base/errors.ts';

/**
 * Waits until the API says that it is ready (database, cache, migrations). Resolves to what kept it from that. An API
 * that has no such endpoint is as ready as it gets; whether it should have one is a check's business.
 */
export async function awaitReady(
  url: URL,
  withinMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (url.protocol !== 'http:') return undefined;
  try {
    await awaitUntil(
      async () => {
        const status = await statusOf(url, signal);
        if (status !== 503) return status;
        throw new Error(`GET ${url.pathname} answers 503`);
      },
      { what: 'the API to be ready', withinMs, signal },
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof AwaitTimeout)) throw error;
    return messageOf(error.cause ?? error);
  }
}

function statusOf(url: URL, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent: false, timeout: 3000, signal }, (response) => {
      resolve(response.statusCode ?? 0);
      call.destroy();
    });
    call.once('timeout', () => call.destroy(new Error('no answer within 3 s')));
    call.once('error', reject);
    call.end();
  });
}
