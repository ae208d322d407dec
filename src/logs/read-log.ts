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
 * Reads the requested part of a log, possibly with older lines before it: from the lines that the run has already read if
 * they suffice, else from the log as a stream. Resolves to the name of the source.
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
