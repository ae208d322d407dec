import type { RuntimeEvent } from '../runtime.ts';
import type { EngineCli } from './cli.ts';
import { type Container, listContainers, words } from './containers.ts';

/** All that carries a project's label. */
export interface ProjectThings {
  containers: Container[];
  networks: string[];
  volumes: string[];
}

const labelOf = (project: string) => `label=com.docker.compose.project=${project}`;

export async function listThings(
  cli: EngineCli,
  project: string,
  signal?: AbortSignal,
): Promise<ProjectThings> {
  const list = async (kind: 'network' | 'volume') =>
    words(await cli.must([kind, 'ls', '--quiet', '--filter', labelOf(project)], signal && { signal }));
  const [containers, networks, volumes] = await Promise.all([
    listContainers(cli, project, signal),
    list('network'),
    list('volume'),
  ]);
  return { containers, networks, volumes };
}

/** Takes away what was not there before. Never throws: whatever went wrong before is what a person has to hear. */
export async function removeNew(cli: EngineCli, project: string, before: ProjectThings): Promise<void> {
  const knownContainers = new Set(before.containers.map(({ id }) => id));
  const knownServices = new Set(before.containers.map(({ service }) => service));
  // A call that was cut off may still create one: look again until there is nothing new.
  for (let round = 1; round <= 4; round++) {
    try {
      const now = await listThings(cli, project);
      const containers = now.containers.filter(
        ({ id, service }) => !knownContainers.has(id) && !knownServices.has(service),
      );
      const networks = now.networks.filter((id) => !before.networks.includes(id));
      const volumes = now.volumes.filter((name) => !before.volumes.includes(name));
      if (containers.length + networks.length + volumes.length === 0) return;
      const names = containers.map(({ id }) => id);
      if (names.length > 0) await cli.call(['rm', '--force', '--volumes', ...names]);
      await Promise.all([
        networks.length > 0 && cli.call(['network', 'rm', ...networks]),
        volumes.length > 0 && cli.call(['volume', 'rm', '--force', ...volumes]),
      ]);
    } catch {
      return;
    }
  }
}

export interface RemoveAllOptions {
  volumes: boolean;
  signal: AbortSignal;
  onEvent(event: RuntimeEvent): void;
}

/**
 * Stops and removes the whole project by its labels: no file is needed, and nothing without the label is touched.
 * Services go before those that they depend on, each with its own grace period. Resolves to what was removed.
 */
export async function removeAll(
  cli: EngineCli,
  project: string,
  { volumes, signal, onEvent }: RemoveAllOptions,
): Promise<string[]> {
  const things = await listThings(cli, project, signal);
  for (const group of stopOrder(things.containers)) {
    const running = group.filter(
      ({ status }) => status === 'running' || status === 'restarting' || status === 'paused',
    );
    for (const { service, name } of running)
      onEvent({ type: 'service', service: service || name, state: 'stopping' });
    // The grace period of a container may be long; the engine kills at its end.
    if (running.length > 0) await cli.call(['stop', ...running.map(({ id }) => id)], { signal, withinMs: 0 });
    await mustRemove(cli, ['rm', '--force', '--volumes', ...group.map(({ id }) => id)], signal);
    for (const { service, name } of group)
      onEvent({ type: 'service', service: service || name, state: 'removed' });
  }
  if (things.networks.length > 0) await mustRemove(cli, ['network', 'rm', ...things.networks], signal);
  if (volumes && things.volumes.length > 0) {
    await mustRemove(cli, ['volume', 'rm', '--force', ...things.volumes], signal);
  }
  return [
    ...things.containers.map(({ service, name }) => service || name),
    ...(volumes ? things.volumes.map((name) => `volume ${name}`) : []),
  ];
}

/** What another call removed meanwhile is removed, too. */
async function mustRemove(cli: EngineCli, args: readonly string[], signal: AbortSignal): Promise<void> {
  const output = await cli.call(args, { signal, withinMs: 60_000 });
  if (
    output.exitCode === 0 ||
    /no such (container|network|volume)|already in progress|not found/i.test(output.stderr)
  )
    return;
  await cli.must(args, { signal, withinMs: 60_000 });
}

/** Containers in groups: those that nothing else depends on come first. */
export function stopOrder(containers: readonly Container[]): Container[][] {
  const groups: Container[][] = [];
  let left = [...containers];
  while (left.length > 0) {
    const needed = new Set(left.flatMap((container) => dependenciesOf(container)));
    const free = left.filter(({ service }) => !needed.has(service));
    const group = free.length > 0 ? free : left;
    groups.push(group);
    left = left.filter((container) => !group.includes(container));
  }
  return groups;
}

/** `postgres:service_healthy:false,redis:service_healthy:false` */
function dependenciesOf({ labels, service }: Container): string[] {
  const text = labels['com.docker.compose.depends_on'] ?? '';
  return text
    .split(',')
    .map((entry) => entry.split(':')[0] ?? '')
    .filter((name) => name !== '' && name !== service);
}
