import type { Fault } from '../../base/errors.ts';
import { listContainers } from './containers.ts';
import { explainFailure } from './failure.ts';
import { type Judgement, judge, nothingSeen } from './judge.ts';
import type { Session } from './session.ts';

/** For the deadline's message: the services that were still awaited, some of which run and did not answer. */
export async function explainTimeout(
  session: Session,
  withinMs: number,
  unanswered: ReadonlySet<string>,
): Promise<Fault> {
  const { cli, project, model } = session;
  const containers = await listContainers(cli, project);
  const waiting = model.services.flatMap((service) => {
    const own = containers.filter((container) => container.service === service.name && !container.oneOff);
    const seen = judge(service, own, nothingSeen);
    const judgement: Judgement =
      seen.verdict === 'ready' && unanswered.has(service.name)
        ? { verdict: 'waiting', for: 'an answer at its port' }
        : seen;
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
