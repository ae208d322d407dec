import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { RuntimeContext } from '../context.ts';
import type { RuntimeEvent } from '../runtime.ts';
import { endClaim, isClaimed, readClaim, writeClaim } from './claim.ts';
import { askEngine, type EngineCli } from './cli.ts';
import { type Container, listContainers, words } from './containers.ts';
import { filtersOf } from './engine-api.ts';
import type { FoundStack, Session } from './session.ts';

/** All that carries a project's label. */
export interface ProjectThings {
  containers: Container[];
  networks: string[];
  volumes: string[];
}

export async function listThings(
  cli: EngineCli,
  project: string,
  signal?: AbortSignal,
): Promise<ProjectThings> {
  const [containers, networks, volumes] = await Promise.all([
    listContainers(cli, project, signal),
    listNames(cli, 'network', project, signal),
    listNames(cli, 'volume', project, signal),
  ]);
  return { containers, networks, volumes };
}

/** Resolves to the ids of the networks, or the names of the volumes, of a project. */
async function listNames(
  cli: EngineCli,
  kind: 'network' | 'volume',
  project: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const label = `com.docker.compose.project=${project}`;
  return askEngine(
    cli,
    signal,
    async (api) => {
      const filters = filtersOf({ label: [label] });
      if (kind === 'network')
        return ((await api.get(`/networks?${filters}`, signal)) as { Id: string }[]).map(({ Id }) => Id);
      const answer = (await api.get(`/volumes?${filters}`, signal)) as { Volumes?: { Name: string }[] };
      return (answer.Volumes ?? []).map(({ Name }) => Name);
    },
    async () => {
      const whole = kind === 'network' ? ['--no-trunc'] : [];
      const args = [kind, 'ls', '--quiet', ...whole, '--filter', `label=${label}`];
      return words(await cli.must(args, signal && { signal }));
    },
  );
}

/**
 * Takes away what was not there before, and stops what did not run. Another folder may have started a stack of this name
 * meanwhile: what belongs to it stays. Never throws: the fault that caused it is what the user needs to see.
 */
export async function restore(
  { cli, project, owner }: Pick<Session, 'cli' | 'project' | 'owner'>,
  before: ProjectThings,
): Promise<void> {
  const known = new Map(before.containers.map((container) => [container.id, container]));
  const knownServices = new Set(before.containers.map(({ service }) => service));
  // A call that was cut off may still create one: look again until there is nothing new.
  for (let round = 1; round <= 4; round++) {
    try {
      const now = await listThings(cli, project);
      const own = now.containers.filter(({ labels }) => owner.owns(labels));
      const others = now.containers.filter((container) => !own.includes(container));
      const isNew = (id: string, listed: readonly string[]) =>
        !listed.includes(id) &&
        !others.some(({ volumes, networks }) => volumes.includes(id) || networks.includes(id));
      const made = own.filter(({ id, service }) => !known.has(id) && !knownServices.has(service));
      const started = own.filter(
        ({ id, status }) => isUp(status) && known.has(id) && !isUp(known.get(id)?.status),
      );
      const networks = now.networks.filter((id) => isNew(id, before.networks));
      const volumes = now.volumes.filter((name) => isNew(name, before.volumes));
      if (made.length + started.length + networks.length + volumes.length === 0) return;
      if (made.length > 0) await cli.call(['rm', '--force', '--volumes', ...idsOf(made)]);
      if (started.length > 0) await cli.call(['stop', ...idsOf(started)], { withinMs: 60_000 });
      await Promise.all([
        networks.length > 0 && cli.call(['network', 'rm', ...networks]),
        volumes.length > 0 && cli.call(['volume', 'rm', '--force', ...volumes]),
      ]);
    } catch {
      return;
    }
  }
}

const isUp = (status?: string) => status === 'running' || status === 'restarting' || status === 'paused';
const idsOf = (containers: readonly Container[]) => containers.map(({ id }) => id);

export interface RemoveOptions {
  volumes: boolean;
  signal: AbortSignal;
  onEvent(event: RuntimeEvent): void;
}

/**
 * Stops and removes this folder's stack: no file is needed. Data is removed where `up` of this folder made it or took it
 * over, and nowhere else: it is the one thing that cannot be made again. Resolves to what was removed; rejects with a
 * `Fault` (78) that names the volumes that had to be left.
 */
export async function removeStack(
  { root }: Pick<RuntimeContext, 'root'>,
  cli: EngineCli,
  { project, containers }: FoundStack,
  options: RemoveOptions,
): Promise<string[]> {
  const { signal } = options;
  const claim = readClaim(root, project);
  const listed = await listThings(cli, project, signal);
  const attached = new Set(containers.flatMap(({ networks }) => networks));
  // What a container uses that stays, stays with it.
  const others = listed.containers.filter(({ id }) => !containers.some((one) => one.id === id));
  const isFree = (id: string) =>
    !others.some(({ networks, volumes }) => networks.includes(id) || volumes.includes(id));
  const networks = listed.networks.filter((id) => (isClaimed(claim, id) || attached.has(id)) && isFree(id));
  const volumes = options.volumes
    ? listed.volumes.filter((name) => isClaimed(claim, name) && isFree(name))
    : [];
  const removed = await removeThings(cli, { containers, networks, volumes }, options);
  const left = {
    networks: listed.networks.filter((id) => !networks.includes(id)),
    volumes: listed.volumes.filter((name) => !volumes.includes(name)),
  };
  writeClaim(root, endClaim(claim, left));
  if (options.volumes && left.volumes.length > 0) throw notOurs(left.volumes, project);
  return removed;
}

/** Services go before those that they depend on, each with its own grace period. */
export async function removeThings(
  cli: EngineCli,
  { containers, networks, volumes }: ProjectThings,
  { signal, onEvent }: Omit<RemoveOptions, 'volumes'>,
): Promise<string[]> {
  for (const group of stopOrder(containers)) {
    const running = group.filter(({ status }) => isUp(status));
    for (const { service, name } of running)
      onEvent({ type: 'service', service: service || name, state: 'stopping' });
    // The grace period of a container may be long; the engine kills at its end.
    if (running.length > 0) await cli.call(['stop', ...idsOf(running)], { signal, withinMs: 0 });
    await mustRemove(cli, ['rm', '--force', '--volumes', ...idsOf(group)], signal);
    for (const { service, name } of group)
      onEvent({ type: 'service', service: service || name, state: 'removed' });
  }
  if (networks.length > 0) await mustRemove(cli, ['network', 'rm', ...networks], signal);
  if (volumes.length > 0) await mustRemove(cli, ['volume', 'rm', '--force', ...volumes], signal);
  return [
    ...containers.map(({ service, name }) => service || name),
    ...volumes.map((name) => `volume ${name}`),
  ];
}

function notOurs(names: readonly string[], project: string): Fault {
  return new Fault({
    code: 'volume-not-ours',
    message: `the data of ${names.join(', ')} was left: it has the name of the project ${project}, but \`meatymusic up\` of this folder has neither made it nor taken it over`,
    hint: `docker volume rm ${names.join(' ')}`,
    exitCode: ExitCode.config,
  });
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
