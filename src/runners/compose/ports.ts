import { createServer } from 'node:net';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { describeHolder, portHolder } from '../port-holder.ts';
import type { EngineCli } from './cli.ts';
import type { Container } from './containers.ts';
import type { ComposeModel, ComposeService } from './model.ts';

export interface ChosenPorts {
  /** Variables that give the file other ports. */
  variables: Record<string, string>;
  /** `port 5432 is taken by …: postgres is at 5433`. */
  notices: string[];
}

export interface ChoosePortsOptions {
  cli: EngineCli;
  /** Arguments of `docker compose` that name the files. */
  args: readonly string[];
  model: ComposeModel;
  containers: readonly Container[];
  mode: 'auto' | 'fixed';
  /** Variables that a person has set: those are meant, and stay as long as their port is free. */
  env: Readonly<Record<string, string | undefined>>;
  signal: AbortSignal;
}

type Port = ComposeService['ports'][number];

/**
 * Sees to it that every published port can be had, before anything is created. A container that is there keeps its
 * port, so that nothing is made anew for it; a port that another process holds gets a neighbour through the variable
 * that the file has for it (`auto`), or is a fault that names the holder.
 */
export async function choosePorts(options: ChoosePortsOptions): Promise<ChosenPorts> {
  const { model, containers, mode, cli, env, signal } = options;
  if (isRemote(env)) return { variables: {}, notices: [] };
  const chosen: ChosenPorts = { variables: {}, notices: [] };
  const taken: { service: string; port: Port; holder: string }[] = [];
  const wanted = new Set<number>();
  let names: VariableNames | undefined;
  const variableOf = async (service: string, port: Port) => {
    names ??= await portVariables(options);
    return names.get(`${service}/${port.target}`);
  };

  for (const service of model.services) {
    for (const port of service.ports) {
      if (port.published === 0 || port.protocol !== 'tcp') continue;
      const own = ownBinding(containers, service.name, port.target);
      if (own?.hostPort === port.published && own.running) continue;
      if (own && own.hostPort > 0 && own.hostPort !== port.published) {
        const variable = await variableOf(service.name, port);
        const meant = variable !== undefined && env[variable] !== undefined;
        if (variable && !meant && (own.running || (await isFree(own.hostPort, port.hostIp)))) {
          chosen.variables[variable] = String(own.hostPort);
          wanted.add(own.hostPort);
          continue;
        }
      }
      if (!wanted.has(port.published) && (await isFree(port.published, port.hostIp))) {
        wanted.add(port.published);
        continue;
      }
      const holder = await describePortHolder(cli, port.published, signal);
      const variable = mode === 'auto' ? await variableOf(service.name, port) : undefined;
      if (variable === undefined) {
        taken.push({ service: service.name, port, holder });
        continue;
      }
      const free = await nextFree(port, wanted);
      wanted.add(free);
      chosen.variables[variable] = String(free);
      chosen.notices.push(`port ${port.published} is taken by ${holder}: ${service.name} is at ${free}`);
    }
  }
  if (taken.length > 0) throw portTaken(taken, mode);
  return chosen;
}

function portTaken(
  taken: readonly { service: string; port: Port; holder: string }[],
  mode: 'auto' | 'fixed',
): Fault {
  const lines = taken.map(
    ({ service, port, holder }) => `port ${port.published} of ${service} is taken by ${holder}`,
  );
  return new Fault({
    code: 'port-taken',
    message: lines[0] ?? 'a port is taken',
    hint:
      mode === 'fixed'
        ? 'stop its holder, or let meatymusic take other ports: meatymusic up --ports auto'
        : 'stop its holder, or give the port a variable in the compose file: "${DB_PORT:-5432}:5432"',
    exitCode: ExitCode.unavailable,
    details: lines.slice(1),
  });
}

/** Who listens there: a container by its name, else a process. */
export async function describePortHolder(
  cli: EngineCli,
  port: number,
  signal?: AbortSignal,
): Promise<string> {
  const format = '{{.Names}} {{.Label "com.docker.compose.project"}}';
  const args = ['ps', '--filter', `publish=${port}`, '--format', format];
  const output = await cli.call(args, signal && { signal });
  const [name, project] = output.stdout.split('\n')[0]?.trim().split(' ') ?? [];
  if (output.exitCode === 0 && name) return `container ${name}${project ? ` of the project ${project}` : ''}`;
  return describeHolder(await portHolder(port));
}

function ownBinding(containers: readonly Container[], service: string, target: number) {
  for (const container of containers) {
    if (container.service !== service || container.oneOff) continue;
    const binding = container.bindings.find((one) => one.target === target && one.protocol === 'tcp');
    if (binding) return { hostPort: binding.hostPort, running: container.status === 'running' };
  }
  return undefined;
}

/** How far from a port that is taken the next free one is looked for. */
const reach = 100;

async function nextFree({ published, hostIp }: Port, wanted: ReadonlySet<number>): Promise<number> {
  for (let port = published + 1; port <= Math.min(published + reach, 65_535); port++) {
    if (!wanted.has(port) && (await isFree(port, hostIp))) return port;
  }
  return listenOnce(0, '127.0.0.1');
}

async function isFree(port: number, hostIp: string): Promise<boolean> {
  const everywhere = hostIp === '' || hostIp === '0.0.0.0' || hostIp === '::';
  for (const host of everywhere ? ['0.0.0.0', '::'] : [hostIp]) {
    try {
      await listenOnce(port, host);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // No such address here, or a port that only root may take (the engine is root): for the engine to say.
      if (code === 'EADDRINUSE') return false;
    }
  }
  return true;
}

function listenOnce(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true, ipv6Only: host === '::' }, () => {
      const { port: bound } = server.address() as { port: number };
      server.close(() => resolve(bound));
    });
  });
}

/** The engine is on another machine, whose ports cannot be tried from here. */
export function isRemote(env: Readonly<Record<string, string | undefined>>): boolean {
  return /^(tcp|ssh|https?):\/\/(?!(localhost|127\.0\.0\.1|\[::1\])(:|\/|$))/.test(env.DOCKER_HOST ?? '');
}

/** `service/target` → the variable that its published port has in the file. */
type VariableNames = ReadonlyMap<string, string>;

async function portVariables({ cli, args, signal }: ChoosePortsOptions): Promise<VariableNames> {
  const output = await cli.compose([...args, 'config', '--no-interpolate', '--format', 'json'], { signal });
  return output.exitCode === 0 ? parsePortVariables(output.stdout) : new Map();
}

export function parsePortVariables(json: string): Map<string, string> {
  const found = new Map<string, string>();
  const { services = {} } = JSON.parse(json) as {
    services?: Record<
      string,
      { ports?: (string | { published?: string | number; target?: number })[] | null }
    >;
  };
  for (const [service, { ports }] of Object.entries(services)) {
    for (const port of ports ?? []) {
      const { published, target } =
        typeof port === 'string'
          ? shortPort(port)
          : { published: String(port.published ?? ''), target: port.target };
      const variable = /^\$\{?(\w+)/.exec(published)?.[1];
      if (variable && target) found.set(`${service}/${target}`, variable);
    }
  }
  return found;
}

/** `127.0.0.1:${DB_PORT:-5432}:5432/tcp`: colons within `${}` part nothing. */
function shortPort(text: string): { published: string; target: number | undefined } {
  const parts: string[] = [''];
  let depth = 0;
  for (const character of text.replace(/\/(tcp|udp)$/, '')) {
    if (character === '{' || character === '[') depth++;
    if (character === '}' || character === ']') depth--;
    if (character === ':' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return { published: parts.at(-2) ?? '', target: Number(parts.at(-1)) || undefined };
}
