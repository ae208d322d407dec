import type { Page } from 'playwright-core';
import { messageOf } from '../../base/errors.ts';
import { excerpt } from '../../base/safe-text.ts';
import { ProbeError } from '../../check/probes.ts';

/** What ends a visit from outside: the page crashed, started a download, grew without end, or no one waits any more. */
export function endOf(
  page: Page,
  signal: AbortSignal,
): { error: Promise<never>; with(error: ProbeError): void } {
  let end: (error: ProbeError) => void = () => {};
  const error = new Promise<never>((_resolve, reject) => {
    end = reject;
  });
  error.catch(() => {});
  signal.addEventListener('abort', () => end(new ProbeError('LEFT', 'nobody waits for it any more')));
  page.on('crash', () => end(new ProbeError('PAGE_CRASHED', 'the page crashed')));
  page.on('download', (download) => {
    void download.cancel().catch(() => undefined);
    end(new ProbeError('DOWNLOAD', `${download.url()} is a download, not a page`));
  });
  return { error, with: (reason) => end(reason) };
}

/** Chromium's own code, `ERR_CONNECTION_REFUSED`; the address is named without credentials. */
export function navigationError(thrown: unknown, url: string): ProbeError {
  const message = messageOf(thrown);
  const code = /net::(ERR_\w+)/.exec(message)?.[1];
  if (code) return new ProbeError(code, `${withoutUser(url)}: ${code}`);
  if (/Download is starting/.test(message))
    return new ProbeError('DOWNLOAD', `${withoutUser(url)} is a download, not a page`);
  if (/Timeout \d+ms exceeded/.test(message)) {
    return new ProbeError('TIMEOUT', `no response from ${withoutUser(url)} in time`);
  }
  return new ProbeError('BROWSER_FAILED', excerpt(message.split('\n', 1)[0]!, 300));
}

function withoutUser(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
