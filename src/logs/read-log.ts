import type { SpanData } from '../check/probes.ts';
import type { LogAccess, LogScope } from './access.ts';
import type { BlockLine } from './blocks.ts';
import { LogParts } from './log-parts.ts';
import { type LogPart, tailOf } from './tail.ts';
import { eachUntilAborted } from './until-aborted.ts';

export interface LogTaker {
  /** Neither blank nor part of a printed span. */
  line?(line: BlockLine): void;
  span?(span: SpanData): void;
}

/**
 * Hands over the part of a log that is asked for, maybe with older lines before it: what the run has read already where
 * that will do, else the log itself as a stream. Resolves to a name for what was read.
 */
export async function readLog(
  access: LogAccess,
  part: LogPart,
  context: LogScope,
  { line = () => {}, span = () => {} }: LogTaker,
): Promise<string> {
  const { signal } = context;
  const tail = tailOf(access, context);
  const content = await tail?.look(signal, part);
  if (content) {
    for (const each of content.lines) line(each);
    for (const each of content.spans) span(each);
    return content.lastBytes === undefined ? access.source : endOf(access, content.lastBytes);
  }
  const parts = new LogParts({ line, span });
  const sinceMs = part.sinceMs ?? (part.fresh ? tail?.freshSinceMs : undefined);
  for await (const chunk of eachUntilAborted(access.open(sinceMs, signal), signal)) parts.push(chunk);
  parts.end();
  return access.source;
}

export function endOf({ source }: LogAccess, bytes: number): string {
  return `the last ${Math.round(bytes / 1e6)} MB of ${source}`;
}
