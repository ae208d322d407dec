import type { Project } from '../../config/project.ts';
import { createRuntime } from '../../runners/index.ts';
import { readState, startedRuntime } from '../../runners/state.ts';

export interface ServiceStarts {
  /** Resolves to the name of a service that was started since the last call, where there is one. */
  restarted(): Promise<string | undefined>;
  /** Makes the next call the first: what a run itself restarts is no reason to run again. */
  forget(): void;
}

/** How often a runtime is asked: Docker takes a tenth of a second to answer. */
const askEveryMs = 2000;

/** Watches the services that `up` started; others give no sign of a restart. */
export function serviceStarts(project: () => Project): ServiceStarts {
  let known: Map<string, string> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  return {
    forget() {
      known = undefined;
      askedAt = Number.NEGATIVE_INFINITY;
    },
    async restarted() {
      if (performance.now() - askedAt < askEveryMs) return undefined;
      askedAt = performance.now();
      const now = await startsOf(project());
      // A runtime that gives no answer says nothing about its services.
      if (!now) return undefined;
      const before = known;
      known = new Map([...(before ?? []), ...now]);
      return before && [...now].find(([service, start]) => before.get(service) !== start)?.[0];
    },
  };
}

/** Resolves to the start of each service that runs. */
async function startsOf(project: Project): Promise<Map<string, string> | undefined> {
  const name = startedRuntime(readState(project.root));
  if (!name) return undefined;
  try {
    const services = await (await createRuntime(name, project)).status();
    return new Map(
      services
        .filter(({ state }) => state === 'running')
        .map(({ service, pid, startedAtMs }) => [service, `${pid ?? ''} ${startedAtMs ?? ''}`]),
    );
  } catch {
    return undefined;
  }
}
