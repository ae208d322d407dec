import { request } from 'node:http';
import { AwaitTimeout, awaitUntil } from '../../base/await-until.ts';
import { messageOf } from '../../base/errors.ts';

export interface Readiness {
  isReady: boolean;
  /** What the API answered last, or why it did not. */
  told: string;
}

/**
 * Waits until the API says that it is ready (database, cache, migrations). An API that has no such endpoint is as ready
 * as it gets; whether it should have one is a check's business.
 */
export async function awaitReady(url: URL, withinMs: number, signal: AbortSignal): Promise<Readiness> {
  const answers = (status: number) => `GET ${url.pathname} answers ${status}`;
  try {
    const status = await awaitUntil(
      async () => {
        const answered = await statusOf(url, signal);
        if (answered === 503) throw new Error(answers(answered));
        return answered;
      },
      { what: 'the API to be ready', withinMs, signal },
    );
    return { isReady: true, told: answers(status) };
  } catch (error) {
    if (!(error instanceof AwaitTimeout)) throw error;
    return { isReady: false, told: messageOf(error.cause ?? error) };
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
