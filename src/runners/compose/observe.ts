import type { Container } from './containers.ts';
import type { ContainerEvent } from './events.ts';
import { type Judgement, judge } from './judge.ts';
import type { ComposeService } from './model.ts';
import { listOwnContainers } from './owner.ts';
import type { Session } from './session.ts';

export interface Judged {
  service: ComposeService;
  containers: Container[];
  judgement: Judgement;
}

/** What is known of a project's containers: what the engine reported, what was seen, and how it is judged. */
export interface Observation {
  note(event: ContainerEvent): void;
  /** Compose has done its part: what does not run from now on is a failure. */
  composeFinished(): void;
  look(): Promise<{ containers: Container[]; judged: Judged[] }>;
  /** Since the beginning, or since `forgetStarts`. */
  started(container: Container): boolean;
  forgetStarts(): void;
  lastExit(container: Container): number | undefined;
}

export function observeProject(session: Session, signal: AbortSignal): Observation {
  const { cli, project, owner, model } = session;
  const outOfMemory = new Set<string>();
  const exits = new Map<string, number[]>();
  const starts = new Set<string>();
  const restartsBefore = new Map(session.containers.map(({ id, restarts }) => [id, restarts]));
  const firstSeenMs = new Map<string, number>();
  const runBefore = new Set(session.containers.filter(({ status }) => status === 'running').map(runOf));
  let finished = false;

  function runsForMs(container: Container): number {
    const run = runOf(container);
    if (runBefore.has(run)) return Number.POSITIVE_INFINITY;
    const nowMs = performance.now();
    const sinceMs = firstSeenMs.get(run) ?? nowMs;
    firstSeenMs.set(run, sinceMs);
    return nowMs - sinceMs;
  }

  /** Compose stops what it makes anew: until it has finished, an older container that does not run is no failure. */
  function isReplaced({ id, status }: Container): boolean {
    return !finished && restartsBefore.has(id) && !starts.has(id) && status !== 'running';
  }

  return {
    note({ action, containerId, exitCode }) {
      if (action === 'oom') outOfMemory.add(containerId);
      if (action === 'die' || action === 'died')
        exits.set(containerId, [...(exits.get(containerId) ?? []), exitCode ?? 0]);
      if (action === 'start') starts.add(containerId);
    },
    composeFinished() {
      finished = true;
    },
    async look() {
      const all = await listOwnContainers(cli, project, owner, signal);
      const containers = all.filter(({ oneOff }) => !oneOff);
      for (const { id, oomKilled, status } of containers)
        if (oomKilled && status !== 'running') outOfMemory.add(id);
      const judged = model.services.map((service) => {
        const own = containers.filter(
          (container) => container.service === service.name && !isReplaced(container),
        );
        const judgement = judge(service, own, { outOfMemory, exits, restartsBefore, runsForMs });
        return { service, containers: own, judgement };
      });
      return { containers, judged };
    },
    started: ({ id }) => starts.has(id),
    forgetStarts: () => starts.clear(),
    lastExit: ({ id }) => exits.get(id)?.at(-1),
  };
}

/** One run of a container: it has another start each time. */
const runOf = ({ id, startedAtMs }: Container): string => `${id} ${startedAtMs}`;
