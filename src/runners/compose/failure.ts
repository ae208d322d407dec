import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { safeLine } from '../../base/safe-text.ts';
import { type EngineCli, lastLines } from './cli.ts';
import type { Container } from './containers.ts';
import type { FailureCode } from './judge.ts';
import { readLog } from './log-stream.ts';

export interface ServiceFailure {
  service: string;
  container: Container | undefined;
  code: FailureCode | 'service-unstable' | 'start-timeout';
  what: string;
}

/** An engine that is slow to find the log must not keep the failure from its reader. */
const longestLookMs = 3_000;

const hints: Record<ServiceFailure['code'], string> = {
  'service-exited': 'correct what its log says, then `meatymusic up` again',
  'service-crash-loop': 'correct what its log says, then `meatymusic up` again',
  'service-unhealthy':
    'run its health check by hand: `docker compose exec`, or give it more time (start_period, retries)',
  'service-out-of-memory':
    'raise its memory limit (mem_limit, deploy.resources.limits.memory) or make it need less',
  'service-cannot-start': 'correct its command, ports or mounts in the compose file',
  'service-unstable': 'correct what its log says; without --stable-for one healthy moment is enough',
  'start-timeout': 'give it longer with --timeout, or see what it waits for in its log',
};

/** Returns the failure with all that a person would look for: exit code, health-check output, last log lines. */
export async function explainFailure(cli: EngineCli, failure: ServiceFailure): Promise<Fault> {
  const { service, container, code, what } = failure;
  const details: string[] = [];
  if (container) {
    details.push(`container ${container.name}, image ${container.image}`);
    if (container.status === 'exited' || container.status === 'dead' || container.status === 'restarting') {
      details.push(`exit code ${container.exitCode}${container.oomKilled ? ', killed for memory' : ''}`);
    }
    if (container.healthOutput) {
      const { exitCode, text } = container.healthOutput;
      details.push(`health check (exit code ${exitCode}): ${safeLine(text, 1000) || 'it printed nothing'}`);
    }
    const lines = await lastLogLines(cli, container.id, 20);
    details.push(lines.length === 0 ? 'its log is empty' : `its last ${lines.length} log lines:`);
    details.push(...lines.map((line) => `  ${line}`));
  }
  return new Fault({
    code,
    message: `${service} ${what}`,
    hint: hints[code],
    exitCode: code === 'start-timeout' ? ExitCode.deadline : ExitCode.unavailable,
    details,
  });
}

/** The last lines that the container wrote, both streams in the order of their time stamps. */
export async function lastLogLines(cli: EngineCli, containerId: string, count: number): Promise<string[]> {
  try {
    const container = { id: containerId, service: '' };
    const signal = AbortSignal.timeout(longestLookMs);
    const lines = await readLog({ cli, container, tail: count, signal });
    return lines.flatMap(({ text }) => lastLines(text, 1));
  } catch {
    return [];
  }
}
