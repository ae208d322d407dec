import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { nearest } from '../../base/nearest.ts';
import type { Config } from '../../config/schema.ts';
import { enabledServices, kindOf, portOf, settingsOf, urlTemplate } from '../../services/index.ts';
import type { CommonSettings } from '../../services/kind.ts';
import type { CommandStart } from '../../services/start.ts';
import type { RuntimeContext } from '../context.ts';
import { environmentOf } from './command-environment.ts';
import type { Dependency, Ready, ServicePlan } from './plan.ts';
import { programName } from './program-name.ts';
import { referencesIn } from './references.ts';

/** A service without a question of its own has started once it has run for this long and waits for something. */
const settledMs = 500;

export interface CommandContext extends RuntimeContext {
  /** Names of all services of the stack that have an address, whatever starts them. */
  addressed: ReadonlySet<string>;
  /** Names of the services that this call of `up` starts or has started. */
  managed: ReadonlySet<string>;
}

/** Returns how these services are run by their commands. Throws a `Fault` (78) for a folder or a reference that is not there. */
export function planCommands(context: CommandContext, names: readonly string[]): ServicePlan[] {
  return names.map((name) => planCommand(context, name));
}

function planCommand(context: CommandContext, name: string): ServicePlan {
  const { config, root } = context;
  const settings = settingsOf(config.services, name);
  const start = settings.start as CommandStart;
  const cwd = path.resolve(root, start.cwd);
  refuseMissingFolder(name, cwd);
  const port = kindOf(config.services, name).health ? listeningPort(config, name) : undefined;
  const plan: ServicePlan = {
    name,
    program: { shell: start.command },
    cwd,
    ...environmentOf(context, { name, start, cwd, listens: port !== undefined }),
    ready: readyOf(config, name, start, port),
    ...(start.ready && { readyWithinMs: start.ready.timeout }),
    restart: start.restart,
    stop: { signal: start.stop.signal, graceMs: start.stop.grace },
    dependsOn: dependenciesFor(config, name),
    ...(settings.reuseExisting && { reuseExisting: true }),
    ...(port !== undefined && { port, url: addressWithPort(urlTemplate(config.services, name)) }),
    image: programName(start.command),
  };
  refuseUnknownReferences(plan, start, context.addressed);
  return plan;
}

function listeningPort(config: Config, name: string): number {
  return portOf(urlTemplate(config.services, name).href, kindOf(config.services, name));
}

/** Returns the address with a reference instead of its port. */
function addressWithPort({ protocol, username, password, hostname, pathname, search }: URL): string {
  const credentials = username || password ? `${username}${password && `:${password}`}@` : '';
  return `${protocol}//${credentials}${hostname}:{port}${pathname === '/' ? '' : pathname}${search}`;
}

function readyOf(config: Config, name: string, { ready }: CommandStart, port: number | undefined): Ready {
  if (!ready) return defaultReady(config, name);
  if ('http' in ready) return { kind: 'http', path: ready.http, accepts: 'success' };
  // The configured port may be taken, and then it is another one.
  if ('port' in ready) return { kind: 'port', ...(ready.port !== port && { port: ready.port }) };
  if ('log' in ready) return { kind: 'log', pattern: validPattern(name, ready.log) };
  return { kind: 'command', command: ready.command };
}

/** Any answer but a server error counts: whether the answer is right is for the checks to judge. */
function defaultReady(config: Config, name: string): Ready {
  const settings = settingsOf(config.services, name) as CommonSettings & { healthPath?: string };
  const url = urlTemplate(config.services, name);
  switch (kindOf(config.services, name).health?.kind) {
    case 'http':
      return { kind: 'http', path: settings.healthPath ?? '/', accepts: 'answer' };
    case 'postgres':
      return { kind: 'postgres', database: decodeURIComponent(url.pathname.slice(1)) || 'postgres' };
    case 'redis':
      return { kind: 'redis' };
    case 'tcp':
      return { kind: 'port' };
    default:
      return { kind: 'runs', forMs: settledMs };
  }
}

function validPattern(name: string, pattern: string): string {
  try {
    return new RegExp(pattern).source;
  } catch (cause) {
    throw new Fault({
      code: 'pattern-invalid',
      message: `services.${name}.start.ready.log is not a regular expression: ${pattern}`,
      hint: 'write a backslash before ( ) [ ] { } . * + ? ^ $ | that stand for themselves',
      exitCode: ExitCode.config,
      cause,
    });
  }
}

const stores = ['postgres', 'redis'];

/** The configured ones; where there are none, an application starts after the databases and caches. */
export function dependenciesFor({ services }: Config, name: string): Dependency[] {
  const { dependsOn, kind } = settingsOf(services, name);
  const usual = stores.includes(kind)
    ? []
    : enabledServices(services).filter((each) => {
        const other = settingsOf(services, each);
        return stores.includes(other.kind) && other.dependsOn.length === 0;
      });
  const names = dependsOn.length > 0 ? dependsOn : usual;
  return names.map((service) => ({ service, until: 'healthy' }));
}

function refuseMissingFolder(name: string, cwd: string): void {
  if (existsSync(cwd) && statSync(cwd).isDirectory()) return;
  throw new Fault({
    code: 'folder-missing',
    message: `${name} cannot be started: there is no folder ${cwd}`,
    hint: `correct services.${name}.start.cwd`,
    exitCode: ExitCode.config,
  });
}

function refuseUnknownReferences(
  { name }: ServicePlan,
  { command, env }: CommandStart,
  addressed: ReadonlySet<string>,
): void {
  const texts = {
    command,
    ...Object.fromEntries(Object.entries(env).map(([key, value]) => [`env.${key}`, value])),
  };
  for (const [at, text] of Object.entries(texts)) {
    const unknown = referencesIn(text).find((each) => !addressed.has(each));
    if (unknown === undefined) continue;
    const near = nearest(unknown, [...addressed]);
    throw new Fault({
      code: 'reference-unknown',
      message: `services.${name}.start.${at} refers to services.${unknown}, which has no address in this stack`,
      hint: near === undefined ? 'name a service that has a url' : `did you mean services.${near}?`,
      exitCode: ExitCode.config,
    });
  }
}
