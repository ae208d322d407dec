import { systemClock } from '../base/clock.ts';
import { createSharedResources, type SharedResources } from '../base/shared-resources.ts';
import type { Check } from '../check/define-check.ts';
import { type Effects, effectsOf } from '../check/effects.ts';
import { roleOfKind, stackSeenBy } from '../check/instance.ts';
import type { PostgresProbe, ProbeName } from '../check/probes.ts';
import type { AttemptScope, OpenedProbes, OpenProbes } from '../engine/attempt.ts';
import type { SharedVisits } from '../probes/browser/shared-visits.ts';
import { createProbe, type ProbeContext } from '../probes/index.ts';
import { AttemptChanges } from './attempt-changes.ts';
import { SharedOutages } from './shared-outages.ts';
import type { StackUnderTest } from './stack.ts';

/** Changes on the way from a stack to a check: what `checks prove` sabotages. */
export interface ProbeChanges {
  context?(name: ProbeName, context: ProbeContext): ProbeContext;
  probe?(name: ProbeName, probe: unknown): unknown;
}

/** Creates the probes of a run's attempts; `close` releases what they share, unless that is `kept` for further runs. */
export function createProbeSource(
  { base, runtime, ledger }: Pick<StackUnderTest, 'base' | 'runtime' | 'ledger'>,
  changes: ProbeChanges = {},
  kept?: SharedResources,
): {
  open: OpenProbes;
  /** Starts the browser early if these checks need it. Nothing waits for it. */
  prepare(checks: readonly Check[]): Promise<void>;
  close(): Promise<void>;
} {
  const own = createSharedResources();
  const shared = kept ?? own;
  const visits: SharedVisits = new Map();
  const outages = runtime.control && new SharedOutages(runtime.control);
  let common: StackUnderTest['base'] | undefined;
  return {
    close: () => own.close(),
    async prepare(checks) {
      if (!checks.some(({ needs }) => needs.includes('browser'))) return;
      const { warmUpBrowser } = await import('../probes/browser.ts');
      warmUpBrowser({ ...base, shared });
    },
    open(scope) {
      const { stops, needs } = scope.check;
      const share = stops !== undefined && needs.includes('control') ? outages?.join(stops) : undefined;
      const changeable = share ? { name: runtime.name, control: share.control } : runtime;
      const attemptChanges = new AttemptChanges(
        { runtime: changeable, base: () => base },
        ledger,
        scope.check.id,
      );
      // What was seen before a service was away no longer counts.
      const control = changeable.control && attemptChanges.control(changeable.control, () => visits.clear());
      common ??= ofRun(base);
      const context: ProbeContext = Object.assign(
        new OfAttempt(scope),
        common,
        { shared, visits },
        control && { control },
      );
      const opened = (made: Closable[]): OpenedProbes => {
        const probes: Record<string, unknown> = {};
        needs.forEach((name, index) => {
          const probe = changes.probe?.(name, made[index]) ?? made[index];
          probes[name] = name === 'postgres' ? attemptChanges.postgres(probe as PostgresProbe) : probe;
        });
        const canChange = needs.includes('control') || needs.includes('postgres');
        if (!canChange && !made.some((probe) => probe.close)) return { probes, close: nothingToClose };
        const close = async () => {
          await Promise.allSettled(made.map(async (probe) => probe.close?.()));
          await attemptChanges.restore().finally(share?.leave);
        };
        return { probes, close, left: () => attemptChanges.left() };
      };
      const made = needs.map((name) =>
        createProbe(name, contextSeenBy(scope.check, changes.context?.(name, context) ?? context)),
      );
      return made.some((probe) => probe instanceof Promise)
        ? Promise.all(made).then(opened, (error) => {
            share?.leave();
            throw error;
          })
        : opened(made as Closable[]);
    },
  };
}

const nothingToClose = () => {};

/** Returns the context in which the service that the check judges has the name by which the check speaks of it. */
function contextSeenBy(check: Check, context: ProbeContext): ProbeContext {
  const { judges, service } = check;
  if (judges === undefined || service === undefined) return context;
  const role = roleOfKind(judges);
  const meant = (name: string) => (name === role ? service : name);
  const { endpoints, logs, database, statuses, control } = context;
  const { [role]: _, ...otherEndpoints } = endpoints;
  const { [role]: __, ...otherLogs } = logs;
  const seen: Partial<ProbeContext> = {
    stack: stackSeenBy(check, context.stack),
    endpoints: { ...otherEndpoints, ...(endpoints[service] && { [role]: endpoints[service] }) },
    logs: { ...otherLogs, ...(logs[service] && { [role]: logs[service] }) },
    // The connection of the application is the one to the contract's database.
    database: role === 'database' ? { applicationRole: database.applicationRole } : database,
    ...(statuses && {
      statuses: async () =>
        (await statuses()).map((each) => (each.role === service ? { ...each, role } : each)),
    }),
    ...(control && {
      control: {
        stop: (name, signal) => control.stop(meant(name), signal),
        start: (name, signal) => control.start(meant(name), signal),
      },
    }),
  };
  const properties = Object.entries(seen).map(([key, value]) => [key, { value, enumerable: true }]);
  return Object.create(context, Object.fromEntries(properties));
}

type Closable = { close?(): void | Promise<void> };

/** Without what is an attempt's, should it come from one. */
function ofRun(base: StackUnderTest['base'] & Partial<ProbeContext>): StackUnderTest['base'] {
  const {
    signal: _,
    onAbort: __,
    remainingMs: ___,
    attempt: ____,
    effects: _____,
    refuse: ______,
    ...rest
  } = base;
  return rest;
}

/** What an attempt adds to a probe's context. A class, because an accessor in a literal costs more than all the rest. */
class OfAttempt {
  readonly clock = systemClock;
  readonly scope: AttemptScope;
  readonly remainingMs: () => number;
  readonly timeoutMs: number;
  readonly giveBack: (ms: number) => void;
  readonly attempt: number;
  readonly effects: Effects;
  readonly progress: AttemptScope['progress'];
  readonly refuse: AttemptScope['refuse'];
  readonly hinder: AttemptScope['hinder'];
  readonly outOfTime: AttemptScope['outOfTime'];

  constructor(scope: AttemptScope) {
    this.scope = scope;
    this.remainingMs = scope.remainingMs;
    this.timeoutMs = scope.timeoutMs;
    this.giveBack = scope.giveBack;
    this.attempt = scope.number;
    this.effects = effectsOf(scope.check);
    this.progress = scope.progress;
    this.refuse = scope.refuse;
    this.hinder = scope.hinder;
    this.outOfTime = scope.outOfTime;
  }

  get signal(): AbortSignal {
    return this.scope.signal;
  }

  get onAbort(): ProbeContext['onAbort'] {
    return this.scope.onAbort;
  }
}
