import type { ServerResponse } from 'node:http';
import { isOk, wordsOf } from './answers.ts';
import type { Keeper } from './keeper.ts';

/** The open streams of server-sent events. */
export interface Streams {
  /** Keeps the answer open, and sends it the state now and at each change. Returns false where there are too many. */
  add(response: ServerResponse): boolean;
  readonly size: number;
  /** Ends every stream. */
  close(): void;
}

const mostStreams = 100;
/** A reader that lets more wait is dropped; it connects again and gets the state of then. */
const mostWaitingBytes = 64 * 1024;
/** Shorter than the time after which proxies close an idle connection. */
const heartbeatMs = 15_000;

/** `redact` is applied to all text. */
export function createStreams(keeper: Keeper, redact: (text: string) => string): Streams {
  const open = new Set<ServerResponse>();
  const send = (text: string) => {
    for (const response of open) {
      if (response.writableLength > mostWaitingBytes) response.destroy();
      else response.write(text);
    }
  };
  const stopListening = keeper.onChange(() => {
    if (open.size > 0) send(stateEvent(keeper, redact));
  });
  const heartbeat = setInterval(() => send(': alive\n\n'), heartbeatMs);
  heartbeat.unref();
  return {
    get size() {
      return open.size;
    },
    add(response) {
      if (open.size >= mostStreams) return false;
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      response.write(`retry: 1000\n\n${stateEvent(keeper, redact)}`);
      open.add(response);
      response.once('close', () => open.delete(response));
      return true;
    },
    close() {
      stopListening();
      clearInterval(heartbeat);
      for (const response of open) response.end();
    },
  };
}

function stateEvent(keeper: Keeper, redact: (text: string) => string): string {
  const { latest, isRunning } = keeper;
  const state = latest
    ? {
        number: latest.number,
        ok: isOk(latest),
        words: wordsOf(latest),
        ageMs: keeper.ageMs(latest),
        isRunning,
      }
    : { number: 0, ok: false, words: 'not yet verified', ageMs: 0, isRunning };
  return `event: state\ndata: ${redact(JSON.stringify(state))}\n\n`;
}
