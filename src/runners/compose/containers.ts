import { Fault } from '../../base/errors.ts';
import { askEngine, type EngineCli } from './cli.ts';
import { filtersOf } from './engine-api.ts';

/** A container of a compose project: what of `docker inspect` is used here. Docker and Podman both give it. */
export interface Container {
  id: string;
  name: string;
  project: string;
  service: string;
  /** `docker compose run`: not one of the stack's services. */
  oneOff: boolean;
  /** Name of the image as the file has it. */
  image: string;
  imageId: string;
  status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead' | string;
  exitCode: number;
  oomKilled: boolean;
  /** Why it could not be started. */
  error: string;
  /** Epoch milliseconds; 0: never. */
  startedAtMs: number;
  health: 'none' | 'starting' | 'healthy' | 'unhealthy';
  /** The newest result of the health check. */
  healthOutput?: { exitCode: number; text: string };
  restarts: number;
  /** `no`, `always`, `unless-stopped`, `on-failure`. */
  restartPolicy: string;
  /** Also while it is stopped. `hostPort` 0: any free one. */
  bindings: { target: number; protocol: string; hostIp: string; hostPort: number }[];
  /** Only while it runs. */
  published: { target: number; protocol: string; hostIp: string; hostPort: number }[];
  env: Record<string, string>;
  /** Entry point and arguments. */
  command: string[];
  labels: Record<string, string>;
  /** `host`, `container:…`, or the name of a network. */
  networkMode: string;
  /** Names of the volumes that it mounts. */
  volumes: string[];
  /** Ids of the networks that it is attached to. */
  networks: string[];
}

const label = 'com.docker.compose';

/** Every container of the project, one-off ones and those of other folders too. Commands take `listOwnContainers`. */
export async function listContainers(
  cli: EngineCli,
  project: string,
  signal?: AbortSignal,
): Promise<Container[]> {
  return inspectAll(cli, `${label}.project=${project}`, signal);
}

/** Every container of any compose project that has the label: `name`, or `name=value`. */
export async function inspectAll(cli: EngineCli, label: string, signal?: AbortSignal): Promise<Container[]> {
  return askEngine(
    cli,
    signal,
    async (api) => {
      const query = `all=1&${filtersOf({ label: [label] })}`;
      const listed = (await api.get(`/containers/json?${query}`, signal)) as { Id: string }[];
      const found = await Promise.all(listed.map(({ Id }) => api.get(`/containers/${Id}/json`, signal)));
      // One of them may have been removed in between.
      return toContainers(found.filter((one) => one !== undefined) as Inspected[]);
    },
    () => inspectByCommandLine(cli, label, signal),
  );
}

async function inspectByCommandLine(
  cli: EngineCli,
  label: string,
  signal: AbortSignal | undefined,
): Promise<Container[]> {
  for (let attempt = 1; ; attempt++) {
    const filter = ['--filter', `label=${label}`];
    const ids = words(await cli.must(['ps', '--all', '--quiet', '--no-trunc', ...filter], { signal }));
    if (ids.length === 0) return [];
    const output = await cli.call(['inspect', '--type', 'container', ...ids], { signal });
    // One of them may have been removed in between.
    if (output.exitCode === 0 || attempt === 5) return parseContainers(output.stdout);
  }
}

export const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);

interface Inspected {
  Id: string;
  Name?: string;
  Image?: string;
  ImageName?: string;
  RestartCount?: number;
  State?: {
    Status?: string;
    ExitCode?: number;
    OOMKilled?: boolean;
    Error?: string;
    StartedAt?: string;
    Health?: InspectedHealth;
    Healthcheck?: InspectedHealth;
  };
  Config?: {
    Image?: string;
    Env?: string[] | null;
    Labels?: Record<string, string> | null;
    Cmd?: string[] | null;
    Entrypoint?: string[] | string | null;
  };
  HostConfig?: {
    RestartPolicy?: { Name?: string };
    PortBindings?: InspectedPorts;
    NetworkMode?: string;
  };
  NetworkSettings?: {
    Ports?: InspectedPorts;
    Networks?: Record<string, { NetworkID?: string } | null> | null;
  };
  Mounts?: { Type?: string; Name?: string }[] | null;
}
interface InspectedHealth {
  Status?: string;
  Log?: { ExitCode?: number; Output?: string }[] | null;
}
type InspectedPorts = Record<string, { HostIp?: string; HostPort?: string }[] | null> | null;

export function parseContainers(json: string): Container[] {
  let list: Inspected[];
  try {
    list = JSON.parse(json) as Inspected[];
  } catch (cause) {
    throw new Fault({
      code: 'engine-answer',
      message: 'the container engine answered with something unreadable',
      cause,
    });
  }
  return toContainers(list);
}

function toContainers(list: readonly Inspected[]): Container[] {
  return list
    .map(toContainer)
    .sort((a, b) => a.service.localeCompare(b.service, 'en') || a.name.localeCompare(b.name, 'en'));
}

function toContainer(found: Inspected): Container {
  const { State: state = {}, Config: config = {}, HostConfig: host = {} } = found;
  const labels = config.Labels ?? {};
  const health = state.Health ?? state.Healthcheck;
  const last = health?.Log?.at(-1);
  const healthStatus = health?.Status ?? 'none';
  return {
    id: found.Id,
    name: (found.Name ?? found.Id.slice(0, 12)).replace(/^\//, ''),
    project: labels[`${label}.project`] ?? '',
    service: labels[`${label}.service`] ?? '',
    oneOff: /^true$/i.test(labels[`${label}.oneoff`] ?? ''),
    image: config.Image ?? found.ImageName ?? '',
    imageId: found.Image ?? '',
    status: state.Status ?? 'unknown',
    exitCode: state.ExitCode ?? 0,
    oomKilled: state.OOMKilled ?? false,
    error: state.Error ?? '',
    startedAtMs: Math.max(0, Date.parse(state.StartedAt ?? '') || 0),
    health:
      healthStatus === 'healthy' || healthStatus === 'unhealthy' || healthStatus === 'starting'
        ? healthStatus
        : 'none',
    ...(last && { healthOutput: { exitCode: last.ExitCode ?? 0, text: last.Output ?? '' } }),
    restarts: found.RestartCount ?? 0,
    restartPolicy: host.RestartPolicy?.Name || 'no',
    bindings: toPorts(host.PortBindings),
    published: toPorts(found.NetworkSettings?.Ports),
    env: Object.fromEntries((config.Env ?? []).map((entry) => split(entry))),
    command: [config.Entrypoint ?? [], config.Cmd ?? []].flat(),
    labels,
    networkMode: host.NetworkMode ?? '',
    volumes: (found.Mounts ?? []).flatMap(({ Type, Name }) => (Type === 'volume' && Name ? [Name] : [])),
    networks: Object.values(found.NetworkSettings?.Networks ?? {}).flatMap(
      (network) => network?.NetworkID || [],
    ),
  };
}

function toPorts(ports: InspectedPorts | undefined): Container['published'] {
  return Object.entries(ports ?? {}).flatMap(([key, hosts]) => {
    const [target = '', protocol = 'tcp'] = key.split('/');
    return (hosts ?? []).map(({ HostIp = '', HostPort = '' }) => ({
      target: Number(target),
      protocol,
      hostIp: HostIp,
      hostPort: Number(HostPort) || 0,
    }));
  });
}

function split(entry: string): [string, string] {
  const at = entry.indexOf('=');
  return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
}
