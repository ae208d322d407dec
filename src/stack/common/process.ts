import type { Logger } from 'pino';
import { createLog } from './log.ts';

export interface RunningService {
  log: Logger;
  /** Lets requests finish, sends what is left of telemetry, closes connections. */
  stop(): Promise<void>;
}

/** Reports to a supervisor, where this process was started with an IPC channel, that it holds its port. */
export function reportListening(port: number): void {
  process.send?.({ listening: port }, undefined, undefined, () => {});
}

/** How long a stop may take before the process ends regardless. */
const stopWithinMs = 1_800;

/** Starts a service and stops it in order on SIGTERM and SIGINT. A start that fails is one line in the log, and exit code 1. */
export async function runUntilStopped(name: string, start: () => Promise<RunningService>): Promise<void> {
  let service: RunningService;
  try {
    service = await start();
  } catch (thrown) {
    const { message, code } = thrown as Error & { code?: string };
    createLog({ service: process.env.OTEL_SERVICE_NAME || name }).fatal(
      { code, reason: message },
      'could not start',
    );
    process.exit(1);
  }
  const { log } = service;
  let stopping = false;
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'stopping');
    setTimeout(() => process.exit(1), stopWithinMs).unref();
    await service.stop();
    log.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (thrown: unknown) => {
      log.fatal({ error: thrown }, event);
      process.exit(1);
    });
  }
}
