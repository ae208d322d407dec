import { messageOf } from '../../base/errors.ts';
import { excerpt } from '../../base/safe-text.ts';
import { ProbeError } from '../../check/probes.ts';
import type { Page } from './page.ts';

/** Watches for what ends a visit from outside: the page crashed or closed, started a download, grew without end, or the visit was left. */
export function endOf(
  { session }: Page,
  signal: AbortSignal,
): { error: Promise<never>; with(error: ProbeError): void } {
  let end: (error: ProbeError) => void = () => {};
  const error = new Promise<never>((_resolve, reject) => {
    end = reject;
  });
  error.catch(() => {});
  signal.addEventListener('abort', () => end(new ProbeError('LEFT', 'the visit was left')));
  session.onClosed(() => end(new ProbeError('BROWSER_FAILED', 'the page was closed')));
  session.on('Inspector.targetCrashed', () => end(new ProbeError('PAGE_CRASHED', 'the page crashed')));
  session.on('Page.downloadWillBegin', ({ url }) => end(download(url)));
  return { error, with: (reason) => end(reason) };
}

export function download(url: string): ProbeError {
  return new ProbeError('DOWNLOAD', `${withoutUser(url)} is a download, not a page`);
}

/** Chromium's own code, `ERR_CONNECTION_REFUSED`; the address is named without credentials. */
export function navigationError(thrown: unknown, url: string): ProbeError {
  const message = messageOf(thrown);
  const code = /net::(ERR_\w+)/.exec(message)?.[1];
  if (code) return new ProbeError(code, `${withoutUser(url)}: ${code}`);
  return new ProbeError('BROWSER_FAILED', excerpt(message.split('\n', 1)[0]!, 300));
}

export function withoutUser(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
