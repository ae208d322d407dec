import { messageOf } from '../base/errors.ts';
import type { RunResult } from '../check/result.ts';
import { html } from '../reporters/html/markup.ts';
import { loadReporter, plainLook } from '../reporters/index.ts';
import { closingWords } from '../reporters/summary-words.ts';
import type { Outcome } from './keeper.ts';
import { resultMetrics } from './metrics.ts';
import type { Format } from './negotiate.ts';

/** Renders outcomes. What is rendered from a result is kept until the next result. */
export interface Answers {
  /** Resolves to the outcome in a format; an error in a format that has no form for one is plain text. */
  render(outcome: Outcome, format: Format): Promise<{ body: Buffer; contentType: string }>;
  /** Resolves to the metrics of the outcome; empty where it has no result. */
  metrics(outcome: Outcome): Promise<Buffer>;
}

/** `redact` is applied to all text. */
export function createAnswers(redact: (text: string) => string): Answers {
  let kept: { of: RunResult; texts: Map<string, Promise<Buffer>> } | undefined;
  const once = (result: RunResult, key: string, make: () => Promise<string>): Promise<Buffer> => {
    if (kept?.of !== result) kept = { of: result, texts: new Map() };
    const { texts } = kept;
    const text = texts.get(key) ?? make().then((made) => Buffer.from(redact(made)));
    texts.set(key, text);
    return text;
  };
  return {
    async render(outcome, format) {
      const { result, fault } = outcome;
      if (fault || !result) {
        const { text, contentType } = faultAs(outcome, format);
        return { body: Buffer.from(redact(text)), contentType };
      }
      const { reporter, contentType } = format;
      const body = await once(result, reporter, async () =>
        (await loadReporter(reporter)).render(result, plainLook),
      );
      return { body, contentType };
    },
    async metrics({ result, fault }) {
      if (fault || !result) return Buffer.alloc(0);
      return once(result, 'metrics', async () =>
        resultMetrics((await loadReporter('prometheus')).render(result, plainLook), result),
      );
    },
  };
}

/** True for a run with a result in which all required checks passed. */
export function isOk({ result, fault }: Outcome): boolean {
  return fault === undefined && result?.ok === true;
}

/** Returns the outcome in a few words. */
export function wordsOf({ result, fault }: Outcome): string {
  if (fault) return fault.message;
  return result ? closingWords(result) : 'not yet verified';
}

function faultAs(
  { fault }: Outcome,
  { reporter, contentType }: Format,
): { text: string; contentType: string } {
  const { code = 'internal', hint, details = [] } = fault ?? {};
  const message = fault ? messageOf(fault) : 'there is no result';
  if (reporter === 'json' || reporter === 'jsonl') {
    return { text: `${JSON.stringify({ error: { code, message, hint, details } })}\n`, contentType };
  }
  const lines = [`error[${code}]: ${message}`, ...details, ...(hint ? [`hint: ${hint}`] : [])];
  if (reporter !== 'html') return { text: `${lines.join('\n')}\n`, contentType: 'text/plain; charset=utf-8' };
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${code}</title></head>
<body><pre>${lines.join('\n')}</pre></body></html>
`;
  return { text: page.text, contentType };
}
