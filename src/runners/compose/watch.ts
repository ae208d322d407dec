import { pause } from '../../base/await-until.ts';
import { formatDuration } from '../../base/duration.ts';
import type { Fault } from '../../base/errors.ts';
import { safeLine } from '../../base/safe-text.ts';
import type { RuntimeEvent } from '../runtime.ts';
import type { Container } from './containers.ts';
import { type ContainerEvent, listenToEvents } from './events.ts';
import { explainFailure, lastLogLines, type ServiceFailure } from './failure.ts';
import { type Judged, observeProject } from './observe.ts';
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
const reportAfterMs = 1000;

export interface WatchOptions {
  session: Session;
  /** Aborts at the deadline and when the caller gives up. */
  signal: AbortSignal;
  onEvent(event: RuntimeEvent): void;
}

export function watchProject({ session, signal, onEvent }: WatchOptions): Watch {
  const { cli, project, model } = session;
  const observed = observeProject(session, signal);
  const services = new Map(model.services.map((service) => [service.name, service]));
  const reported = new Map<string, string>();
  /** Containers that were sent a signal: compose stops those that it replaces. */
  const stopped = new Set<string>();
  let wake = () => {};
  /** Something was reported since the containers were last looked at. */
  let dirty = false;

  const listener = listenToEvents({
    cli,
    project,
    onEvent(event) {
      note(event);
      dirty = true;
      wake();
    },
  });

  function note(event: ContainerEvent): void {
    observed.note(event);
    const { action, containerId, exitCode, service } = event;
    if (action === 'kill') stopped.add(containerId);
    const state = shown[action.replace(/\s+/g, ' ')];
    const known = services.get(service);
    if (!state || !known) return;
    const detail = state === 'exited' && exitCode !== undefined ? `exit code ${exitCode}` : undefined;
    if (state === 'exited' && stopped.has(containerId)) report(service, 'stopped');
    else if (state === 'exited' && exitCode === 0 && !known.role) reportDone(service);
    else report(service, state, detail);
  }

  function report(service: string, state: string, detail?: string): void {
    const text = `${state} ${detail ?? ''}`;
    if (reported.get(service) === text) return;
    reported.set(service, text);
    onEvent({ type: 'service', service, state, ...(detail && { detail }) });
  }

  /** A one-shot service has done its work. */
  const reportDone = (service: string) => report(service, 'done', 'ended with exit code 0');

  function look() {
    dirty = false;
    return observed.look();
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
  async function reportWaiting(judged: readonly Judged[]): Promise<void> {
    await Promise.all(
      judged.map(async ({ service, containers, judgement }) => {
        const container = containers.find(({ status }) => status === 'running' || status === 'restarting');
        if (judgement.verdict !== 'waiting' || !container) return waitingSince.delete(service.name);
        const since = waitingSince.get(service.name) ?? performance.now();
        waitingSince.set(service.name, since);
        if (performance.now() - since < reportAfterMs) return;
        const line = (await lastLogLines(cli, container.id, 1))[0];
        // An event since this look, such as its health, is newer than what the look has seen.
        if (dirty) return;
        const health = container.healthOutput?.text ? ` (${safeLine(container.healthOutput.text, 120)})` : '';
        report(service.name, 'waiting', `for ${judgement.for}${health}`);
        if (line !== undefined && reported.get(`log ${service.name}`) !== line) {
          reported.set(`log ${service.name}`, line);
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
          observed.composeFinished();
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
        for (const { service, containers: own, judgement } of judged) {
          if (judgement.verdict !== 'ready' || !done) continue;
          if (own.every(({ status }) => status === 'exited')) reportDone(service.name);
          else report(service.name, service.hasHealthCheck ? 'healthy' : 'running');
        }
        if (done && judged.every(({ judgement }) => judgement.verdict === 'ready')) return containers;
        await reportWaiting(judged);
        await nextEvent(lookEveryMs);
      }
    },

    async untilStable(stableForMs) {
      const { containers: first } = await look();
      const before = new Map(first.map(({ id, restarts }) => [id, restarts]));
      observed.forgetStarts();
      const end = performance.now() + stableForMs;
      report('stability', 'working', `nothing may restart for ${formatDuration(stableForMs)}`);
      for (;;) {
        const { containers, judged } = await look();
        const fault = await failureOf(judged);
        if (fault) throw fault;
        for (const container of containers) {
          const restarts = container.restarts - (before.get(container.id) ?? container.restarts);
          if (restarts <= 0 && !observed.started(container)) continue;
          const code = observed.lastExit(container) ?? container.exitCode;
          const what = `was healthy and then restarted (it ended with exit code ${code}) within the ${stableForMs / 1000} s that it had to stay up`;
          throw await explainFailure(cli, {
            service: container.service,
            container,
            code: 'service-unstable',
            what,
          });
        }
        if (performance.now() >= end) {
          report('stability', 'done', `nothing restarted in ${formatDuration(stableForMs)}`);
          return containers;
        }
        await nextEvent(Math.min(lookEveryMs, Math.max(1, end - performance.now())));
      }
    },

    async failureNow() {
      observed.composeFinished();
      const { judged } = await look();
      return failureOf(judged);
    },

    close: () => listener.close(),
  };
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
