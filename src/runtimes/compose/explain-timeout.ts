import type { Fault } from '../../base/errors.ts';
import { listContainers } from './containers.ts';
import { explainFailure } from './failure.ts';
import { judge, nothingSeen } from './judge.ts';
import type { Session } from './session.ts';

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
