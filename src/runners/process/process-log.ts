import { writeSync } from 'node:fs';

type Level = 'info' | 'warn' | 'error' | 'fatal';

/** Structured lines of the embedded stack's own processes, in the shape that the stack's services have. */
export function processLog(service: string) {
  return (level: Level, message: string, fields: Record<string, unknown> = {}) => {
    const line = { time: new Date().toISOString(), level, service, message, ...fields };
    try {
      writeSync(2, `${JSON.stringify(line)}\n`);
    } catch {
      // The disk is full or the reader has gone; no reader is left.
    }
  };
}
