import { pause } from '../../base/await-until.ts';
import type { Fault } from '../../base/errors.ts';
import { safeLine } from '../../base/safe-text.ts';
import type { RuntimeEvent } from '../runtime.ts';
import { type Container, listContainers } from './containers.ts';
import { type ContainerEvent, listenToEvents } from './events.ts';
import { explainFailure, lastLogLines, type ServiceFailure } from './failure.ts';
import { type Judgement, judge, nothingSeen } from './judge.ts';
import type { ComposeService } from './model.ts';
import type { Session } from './session.ts';

export interface Watch {
  /**
   * Resolves to the containers once every service is ready and `settled` has resolved; rejects with the failure of the
   * first service that fails, within moments of its event.
   */
  untilReady(settled: Promise<unknown>): Promise<Container[]>;
  /** Resolves when everything stayed ready for this long; a restart or a failure in that time rejects. */
  untilStable(stableForMs: number): Promise<Container[]>;
  /** The failure that can be seen now, if there is one: to explain why compose gave up. */
  failureNow(): Promise<Fault | undefined>;
  close(): void;
}

/** Without events (or when one is lost) the containers are looked at this often. */
const lookEveryMs = 500;
/** How long something has to be waited for before its last log line is shown. */
const tellAfterMs = 1000;

export interface WatchOptions {
  session: Session;
  /** Aborts at the deadline and when the caller gives up. */
  signal: AbortSignal;
  onEvent(event: RuntimeEvent): void;
}

export function watchProject({ session, signal, onEvent }: WatchOptions): Watch {
  const { cli, project, model, context } = session;
  const outOfMemory = new Set<string>();
  const exits = new Map<string, number[]>();
  const starts = new Map<string, number>();
  const restartsBefore = new Map(session.containers.map(({ id, restarts }) => [id, restarts]));
  const known = new Set(model.services.map(({ name }) => name));
  const told = new Map<string, string>();
  let wake = () => {};
  /** Something was told since the containers were last looked at. */
  let dirty = false;
  /** Compose has done its part. */
  let finished = false;

  const listener = listenToEvents({
    engine: cli.engine,
    project,
    env: context.env,
    onEvent(event) {
      note(event);
      dirty = true;
      wake();
    },
  });

  function note({ action, containerId, exitCode, service }: ContainerEvent): void {
    if (action === 'oom') outOfMemory.add(containerId);
    if (action === 'die' || action === 'died')
      exits.set(containerId, [...(exits.get(containerId) ?? []), exitCode ?? 0]);
    if (action === 'start') starts.set(containerId, (starts.get(containerId) ?? 0) + 1);
    const state = shown[action.replace(/\s+/g, ' ')];
    if (!state || !known.has(service)) return;
    tell(service, state, state === 'exited' && exitCode !== undefined ? `exit code ${exitCode}` : undefined);
  }

  function tell(service: string, state: string, detail?: string): void {
    const text = `${state} ${detail ?? ''}`;
    if (told.get(service) === text) return;
    told.set(service, text);
    onEvent({ type: 'service', service, state, ...(detail && { detail }) });
  }

  async function look(): Promise<{ containers: Container[]; judged: Judged[] }> {
    dirty = false;
    const containers = (await listContainers(cli, project, signal)).filter(({ oneOff }) => !oneOff);
    for (const { id, oomKilled, status } of containers)
      if (oomKilled && status !== 'running') outOfMemory.add(id);
    const judged = model.services.map((service) => {
      const own = containers.filter(
        (container) => container.service === service.name && !isReplaced(container),
      );
      return {
        service,
        containers: own,
        judgement: judge(service, own, { outOfMemory, exits, restartsBefore, runsForMs }),
      };
    });
    return { containers, judged };
  }

  const firstSeenMs = new Map<string, number>();
  const runBefore = new Set(session.containers.filter(({ status }) => status === 'running').map(runOf));

  function runsForMs(container: Container): number {
    const run = runOf(container);
    if (runBefore.has(run)) return Number.POSITIVE_INFINITY;
    const nowMs = performance.now();
    const sinceMs = firstSeenMs.get(run) ?? nowMs;
    firstSeenMs.set(run, sinceMs);
    return nowMs - sinceMs;
  }

  /** Compose stops what it makes anew: until it has finished, a container of before that stands still is no failure. */
  function isReplaced({ id, status }: Container): boolean {
    return !finished && restartsBefore.has(id) && !starts.has(id) && status !== 'running';
  }

  /** Resolves at the next event, or after `withinMs`. */
  async function nextEvent(withinMs: number): Promise<void> {
    signal.throwIfAborted();
    if (dirty) return;
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const cancel = new AbortController();
    await Promise.race([
      woken,
      pause(withinMs, AbortSignal.any([signal, cancel.signal])).catch(() => undefined),
    ]);
    cancel.abort();
    signal.throwIfAborted();
  }

  async function failureOf(judged: readonly Judged[]): Promise<Fault | undefined> {
    for (const { service, containers, judgement } of judged) {
      if (judgement.verdict !== 'failed') continue;
      const container =
        containers.find((one) => one.status !== 'running' || one.health === 'unhealthy') ?? containers[0];
      const failure: ServiceFailure = {
        service: service.name,
        container,
        code: judgement.code,
        what: judgement.what,
      };
      return explainFailure(cli, failure);
    }
    return undefined;
  }

  const waitingSince = new Map<string, number>();

  /** Shows what is waited for, with its newest words. */
  async function tellWaiting(judged: readonly Judged[]): Promise<void> {
    await Promise.all(
      judged.map(async ({ service, containers, judgement }) => {
        const container = containers.find(({ status }) => status === 'running' || status === 'restarting');
        if (judgement.verdict !== 'waiting' || !container) return waitingSince.delete(service.name);
        const since = waitingSince.get(service.name) ?? performance.now();
        waitingSince.set(service.name, since);
        if (performance.now() - since < tellAfterMs) return;
        const line = (await lastLogLines(cli, container.id, 1))[0];
        const health = container.healthOutput?.text ? ` (${safeLine(container.healthOutput.text, 120)})` : '';
        tell(service.name, 'waiting', `for ${judgement.for}${health}`);
        if (line !== undefined && told.get(`log ${service.name}`) !== line) {
          told.set(`log ${service.name}`, line);
          onEvent({ type: 'log', service: service.name, line });
        }
      }),
    );
  }

  return {
    async untilReady(settled) {
      let done = false;
      let failure: { reason: unknown } | undefined;
      settled.then(
        () => {
          done = true;
          finished = true;
          dirty = true;
          wake();
        },
        (reason: unknown) => {
          failure = { reason };
          dirty = true;
          wake();
        },
      );
      for (;;) {
        const { containers, judged } = await look();
        const fault = await failureOf(judged);
        if (fault) throw fault;
        if (failure) throw failure.reason;
        for (const { service, judgement } of judged) {
          if (judgement.verdict === 'ready' && done)
            tell(service.name, service.hasHealthCheck ? 'healthy' : 'running');
        }
        if (done && judged.every(({ judgement }) => judgement.verdict === 'ready')) return containers;
        await tellWaiting(judged);
        await nextEvent(lookEveryMs);
      }
    },

    async untilStable(stableForMs) {
      const { containers: first } = await look();
      const before = new Map(first.map(({ id, restarts }) => [id, restarts]));
      starts.clear();
      const end = performance.now() + stableForMs;
      for (;;) {
        const { containers, judged } = await look();
        const fault = await failureOf(judged);
        if (fault) throw fault;
        for (const container of containers) {
          const restarts = container.restarts - (before.get(container.id) ?? container.restarts);
          if (restarts <= 0 && !starts.has(container.id)) continue;
          const code = exits.get(container.id)?.at(-1) ?? container.exitCode;
          const what = `was healthy and then restarted (it ended with exit code ${code}) within the ${stableForMs / 1000} s that it had to stay up`;
          throw await explainFailure(cli, {
            service: container.service,
            container,
            code: 'service-unstable',
            what,
          });
        }
        if (performance.now() >= end) return containers;
        await nextEvent(Math.min(lookEveryMs, Math.max(1, end - performance.now())));
      }
    },

    async failureNow() {
      finished = true;
      const { judged } = await look();
      return failureOf(judged);
    },

    close: () => listener.close(),
  };
}

/** One run of a container: it has another start each time. */
const runOf = ({ id, startedAtMs }: Container): string => `${id} ${startedAtMs}`;

interface Judged {
  service: ComposeService;
  containers: Container[];
  judgement: Judgement;
}

/** What is shown of the engine's events. */
const shown: Record<string, string> = {
  create: 'created',
  start: 'started',
  restart: 'restarted',
  die: 'exited',
  died: 'exited',
  oom: 'out of memory',
  'health_status: healthy': 'healthy',
  'health_status: unhealthy': 'unhealthy',
};

/** For the deadline's message: the services that were still awaited. */
export async function explainTimeout(session: Session, withinMs: number): Promise<Fault> {
  const { cli, project, model } = session;
  const containers = await listContainers(cli, project);
  const waiting = model.services.flatMap((service) => {
    const own = containers.filter((container) => container.service === service.name && !container.oneOff);
    const judgement = judge(service, own, nothingSeen);
    return judgement.verdict === 'ready' ? [] : [{ service, container: own[0], judgement }];
  });
  const first = waiting.find(({ container }) => container?.status === 'running') ?? waiting[0];
  const forWhat = first?.judgement.verdict === 'waiting' ? first.judgement.for : 'it to work';
  return explainFailure(cli, {
    service: first?.service.name ?? 'the stack',
    container: first?.container,
    code: 'start-timeout',
    what: `was not ready within ${withinMs / 1000} s: still waiting for ${forWhat}${
      waiting.length > 1
        ? ` (and for ${waiting
            .slice(1)
            .map(({ service }) => service.name)
            .join(', ')})`
        : ''
    }`,
  });
}
