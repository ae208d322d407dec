import { request } from 'node:http';
import { AwaitTimeout, awaitUntil } from '../base/await-until.ts';
import { messageOf } from '../base/errors.ts';

export interface Readiness {
  isReady: boolean;
  /** The last answer of the API, or why there is none. */
  detail: string;
}

/**
 * Waits while the API answers 503: its database, its cache or its migrations are not ready. Any other answer ends the
 * wait, also that of an API without such an endpoint; a check judges it.
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
    return { isReady: true, detail: answers(status) };
  } catch (error) {
    if (!(error instanceof AwaitTimeout)) throw error;
    return { isReady: false, detail: messageOf(error.cause ?? error) };
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
