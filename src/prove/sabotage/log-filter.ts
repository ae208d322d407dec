import type { Sabotage } from '../../check/sabotage.ts';
import type { LogAccess } from '../../logs/access.ts';

type LogChange = Extract<Sabotage, { kind: 'logs' }>['change'];

/** The service's log, changed line by line on its way to the checker. Lines that are no JSON (printed spans) pass. */
export function sabotageLog(access: LogAccess, change: LogChange): LogAccess {
  return {
    source: `${access.source} (sabotaged: ${change})`,
    async *open(sinceMs, signal) {
      if (change === 'drop') return;
      let number = 0;
      const changed = (line: string) => {
        if (change !== 'plain-text-in-part') return changeLine(line, change);
        return number++ % 2 === 0 ? line : changeLine(line, 'plain-text');
      };
      for await (const lines of linesOf(access.open(sinceMs, signal)))
        yield Buffer.from(lines.map((line) => `${changed(line)}\n`).join(''));
    },
  };
}

/** The complete lines of each chunk, together: a log has too many for one step each. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (lines.length > 0) yield lines;
  }
  if (rest) yield [rest];
}

function changeLine(line: string, change: Exclude<LogChange, 'drop' | 'plain-text-in-part'>): string {
  const object = parseObject(line);
  if (!object) return line;
  switch (change) {
    case 'plain-text':
      return `INFO: ${String(object.msg ?? object.message ?? object.event ?? 'something happened')}`;
    case 'strip-trace-ids':
      return JSON.stringify(withoutIds(object));
    case 'other-trace-ids':
      return line.replace(/(?<!meatymusic-probe=)\b(0x)?[0-9a-f]{32}\b/gi, (id) => otherId(id));
  }
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Without anything that could carry a trace ID: by its name or by its looks. */
function withoutIds(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object)
      .filter(
        ([key, value]) => !/trace|span/i.test(key) && !/\b[0-9a-f]{32}\b/i.test(JSON.stringify(value) ?? ''),
      )
      .map(([key, value]) => [key, value]),
  );
}

/** Another one of the same form; never all zeros. */
export function otherId(id: string): string {
  return id.replace(/[0-9a-f](?=[0-9a-f]*$)/gi, (digit) =>
    (15 - Number.parseInt(digit, 16) || 1).toString(16),
  );
}
