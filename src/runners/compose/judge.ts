import type { Container } from './containers.ts';
import type { ComposeService } from './model.ts';

/** What is to be thought of a service while the stack starts. */
export type Judgement =
  | { verdict: 'ready' }
  | { verdict: 'waiting'; for: string }
  | { verdict: 'failed'; code: FailureCode; what: string };

export type FailureCode =
  | 'service-exited'
  | 'service-crash-loop'
  | 'service-unhealthy'
  | 'service-out-of-memory'
  | 'service-cannot-start';

/** What the events reported and the containers' present state no longer shows. */
export interface Seen {
  /** Containers that the kernel killed for memory. */
  outOfMemory: ReadonlySet<string>;
  /** Exit codes of each container, oldest first. */
  exits: ReadonlyMap<string, readonly number[]>;
  /** Restarts of each container before this start, which are not this start's fault. */
  restartsBefore: ReadonlyMap<string, number>;
  /** How long the container has been running since its last start. */
  runsForMs(container: Container): number;
}

/** Nothing is known but what the containers show. */
export const nothingSeen: Seen = {
  outOfMemory: new Set(),
  exits: new Map(),
  restartsBefore: new Map(),
  runsForMs: () => Number.POSITIVE_INFINITY,
};

/** Without a health check, running is all there is: then for this long, and longer once it has crashed. */
const steadyMs = 1_000;
const steadyAfterCrashMs = 3_000;

/** A container that the engine restarts may crash while it waits for another; this often is a loop. */
const crashLoopAt = 3;

/**
 * One service by its containers. Ready: running and, where it has a health check, healthy. A service that ends with 0 is
 * done (a migration, a set-up), unless it is one that the contract needs running.
 */
export function judge(
  service: Pick<ComposeService, 'role' | 'hasHealthCheck'>,
  containers: readonly Container[],
  seen: Seen,
): Judgement {
  if (containers.length === 0) return { verdict: 'waiting', for: 'its container' };
  let waiting: Judgement | undefined;
  for (const container of containers) {
    const judgement = judgeContainer(service, container, seen);
    if (judgement.verdict === 'failed') return judgement;
    if (judgement.verdict === 'waiting') waiting ??= judgement;
  }
  return waiting ?? { verdict: 'ready' };
}

function judgeContainer(
  service: Pick<ComposeService, 'role' | 'hasHealthCheck'>,
  container: Container,
  seen: Seen,
): Judgement {
  const { status, exitCode, error } = container;
  const exits = seen.exits.get(container.id) ?? [];
  const lastExit = exits.at(-1) ?? exitCode;
  const failed = (code: FailureCode, what: string): Judgement => ({ verdict: 'failed', code, what });
  const ended = exits.length > 0 || status === 'exited' || status === 'dead' || status === 'restarting';

  if (ended && (seen.outOfMemory.has(container.id) || container.oomKilled)) {
    return failed('service-out-of-memory', 'was killed for memory');
  }
  const restarts = Math.max(container.restarts - (seen.restartsBefore.get(container.id) ?? 0), 0);
  if (restarts >= crashLoopAt || (exits.length > crashLoopAt && container.restartPolicy !== 'no')) {
    return failed(
      'service-crash-loop',
      `starts again and again (${Math.max(restarts, exits.length)} times), it ${explainExit(lastExit)}`,
    );
  }
  switch (status) {
    case 'created':
      return error && !isTransient(error)
        ? failed('service-cannot-start', `cannot be started: ${error}`)
        : { verdict: 'waiting', for: 'its start' };
    case 'restarting':
      return { verdict: 'waiting', for: `its restart (it ${explainExit(exitCode)})` };
    case 'exited':
    case 'dead':
      if (exitCode === 0 && !service.role && status === 'exited') return { verdict: 'ready' };
      return failed('service-exited', explainExit(exitCode));
    case 'running':
      break;
    default:
      return { verdict: 'waiting', for: `it is ${status}` };
  }
  if (container.health === 'unhealthy') return failed('service-unhealthy', 'fails its health check');
  if (container.health === 'healthy') return { verdict: 'ready' };
  if (container.health === 'starting') return { verdict: 'waiting', for: 'its health check' };
  const steadyAfterMs = exits.some((code) => code !== 0) ? steadyAfterCrashMs : steadyMs;
  return seen.runsForMs(container) >= steadyAfterMs
    ? { verdict: 'ready' }
    : { verdict: 'waiting', for: 'it to keep running' };
}

/** Compose tries again, or reports it itself. */
const isTransient = (error: string) => /already in progress/i.test(error);

const meanings: Record<number, string> = {
  125: 'the engine could not run it',
  126: 'its command cannot be executed',
  127: 'its command was not found',
  130: 'interrupted',
  134: 'aborted',
  137: 'killed',
  139: 'segmentation fault',
  143: 'terminated',
};

export function explainExit(exitCode: number): string {
  const meaning = meanings[exitCode];
  return `ended with exit code ${exitCode}${meaning ? ` (${meaning})` : ''}`;
}
