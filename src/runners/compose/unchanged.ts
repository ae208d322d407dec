import { readState } from '../state.ts';
import type { Container } from './containers.ts';
import { imageOf, presentImages } from './images.ts';
import type { ComposeService } from './model.ts';
import type { Session } from './session.ts';

/** Label of the reference stack's images: a digest of the bundle in them. Containers inherit it. */
const bundleLabel = 'meatymusic.bundle';
const bundleVariables: Record<string, string> = { api: 'API_BUNDLE', web: 'WEB_BUNDLE' };

const bundleOf = ({ variables }: Session, service: string): string | undefined =>
  variables[bundleVariables[service] ?? ''];

/** Whether every service runs as the file has it now, from the image that is here now, and is healthy: then compose need not be asked. */
export async function isUnchanged(session: Session, signal: AbortSignal): Promise<boolean> {
  const { cli, model, containers, files, project, context } = session;
  const { made = {} } = readState(context.root).compose ?? {};
  const own = (service: ComposeService) =>
    containers.filter((one) => one.service === service.name && !one.oneOff);
  const runs = (service: ComposeService, container: Container) =>
    container.status === 'running' &&
    (container.health === 'healthy' || !service.hasHealthCheck) &&
    made[container.id] === service.digest &&
    (!files.own || container.labels[bundleLabel] === bundleOf(session, service.name));
  // What a build makes of the file's folder, or a registry has by now, only compose can say.
  const known = (service: ComposeService) =>
    files.own || (service.pullPolicy !== 'build' && service.pullPolicy !== 'always');
  const all = model.services.every((service) => {
    const found = own(service);
    return known(service) && found.length > 0 && found.every((container) => runs(service, container));
  });
  if (!all) return false;
  const names = model.services.map((service) => imageOf(service, project));
  const images = await presentImages(cli, names, signal);
  return model.services.every((service, at) =>
    own(service).every(({ imageId }) => sameImage(imageId, images.get(names[at] ?? '')?.id)),
  );
}

const sameImage = (a: string, b: string | undefined) =>
  a.replace(/^sha256:/, '') === b?.replace(/^sha256:/, '');

/** Services of the reference stack whose image is not there, or is of another bundle. */
export async function staleBundles(session: Session, signal: AbortSignal): Promise<ComposeService[]> {
  const { cli, model, files, project } = session;
  if (!files.own) return [];
  const built = model.services.filter(({ buildContext }) => buildContext !== undefined);
  const nameOf = (service: ComposeService) => imageOf(service, project);
  const images = await presentImages(cli, built.map(nameOf), signal);
  return built.filter(
    (service) => images.get(nameOf(service))?.labels[bundleLabel] !== bundleOf(session, service.name),
  );
}
