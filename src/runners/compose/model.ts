import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import type { FaultCode } from '../../base/fault-codes.ts';
import { knownSecrets } from '../../base/known-secrets.ts';
import { nearest } from '../../base/nearest.ts';
import { safeLine } from '../../base/safe-text.ts';
import { publicNamesOf, secretsOfValue } from '../../base/secret-places.ts';
import type { ServiceName } from '../../check/stack.ts';
import type { Config } from '../../config/schema.ts';
import { composeNameOf, servicesStartedBy, settingsOf } from '../../services/index.ts';
import { type EngineCli, explainEngine, lastLines } from './cli.ts';
import type { ComposeFiles } from './files.ts';
import type { ProcessOutput } from './process.ts';

/** What the compose file says, after compose itself has read it: variables, profiles, includes and overrides are applied. */
export interface ComposeModel {
  project: string;
  /** Enabled services, in the order of the file. */
  services: ComposeService[];
  /** Variables that the file uses and that are not set. */
  unset: string[];
}

export interface ComposeService {
  name: string;
  role?: ServiceName;
  image?: string;
  /** Folder of the build; absent: the image is pulled. */
  buildContext?: string;
  pullPolicy?: string;
  hasHealthCheck: boolean;
  ports: { hostIp: string; published: number; target: number; protocol: string }[];
  /** Changes with the file's settings of the service: a container that was made with another one is out of date. */
  digest: string;
  dependsOn: string[];
  networks: string[];
  /** `host`, `service:…`, …; absent: networks of its own. */
  networkMode?: string;
  /** Those of its variables that set its telemetry up. */
  otel: Record<string, string>;
}

/** Arguments of every `docker compose` call on these files. */
export function composeArgs(
  { files, override, envFile }: ComposeFiles,
  project: string | undefined,
  config: Config,
): string[] {
  return [
    ...(project === undefined ? [] : ['--project-name', project]),
    ...[...files, ...(override === undefined ? [] : [override])].flatMap((file) => ['--file', file]),
    ...(envFile === undefined ? [] : ['--env-file', envFile]),
    ...config.compose.profiles.flatMap((profile) => ['--profile', profile]),
  ];
}

export interface LoadOptions {
  cli: EngineCli;
  args: readonly string[];
  files: readonly string[];
  config: Config;
  /** Further variables for the file. */
  variables: Readonly<Record<string, string>>;
  /** Names of the configured services that are started, with what they depend on. Default: all of the file. */
  only?: ReadonlySet<string> | undefined;
  signal?: AbortSignal;
}

/** Has compose read the file. A file that it refuses, and one without a service that the configuration names, is a fault. */
export async function loadModel({
  cli,
  args,
  files,
  config,
  variables,
  only,
  signal,
}: LoadOptions): Promise<ComposeModel> {
  const options = { variables, ...(signal && { signal }) };
  const output = await cli.compose([...args, 'config', '--format', 'json'], options);
  if (output.exitCode !== 0) throw await explainConfig(cli, output, files);
  const model = parseModel(output, config, files);
  return only ? { ...model, services: neededBy(only, model.services) } : model;
}

/** Returns the services with these roles, and those that they depend on. */
function neededBy(roles: ReadonlySet<string>, services: readonly ComposeService[]): ComposeService[] {
  const needed = new Set(services.filter(({ role }) => role !== undefined && roles.has(role)));
  // A set is iterated with the entries that are added meanwhile.
  for (const { dependsOn } of needed)
    for (const each of services) if (dependsOn.includes(each.name)) needed.add(each);
  return services.filter((each) => needed.has(each));
}

interface RawService {
  image?: string;
  build?: { context?: string } | string | null;
  pull_policy?: string;
  healthcheck?: { test?: string[] | string; disable?: boolean } | null;
  ports?: { host_ip?: string; published?: string | number; target?: number; protocol?: string }[] | null;
  depends_on?: Record<string, unknown> | string[] | null;
  networks?: Record<string, unknown> | string[] | null;
  network_mode?: string;
  environment?: Record<string, string | number | boolean | null> | null;
}

export function parseModel(
  { stdout, stderr }: Pick<ProcessOutput, 'stdout' | 'stderr'>,
  config: Config,
  files: readonly string[] = [],
): ComposeModel {
  const raw = JSON.parse(stdout) as { name?: string; services?: Record<string, RawService> };
  const { services = {}, ...shared } = raw;
  const roles = rolesOf(config, Object.keys(services), files);
  return {
    project: raw.name ?? '',
    services: Object.entries(services).map(([name, service]) => toService(name, service, roles, shared)),
    unset: unsetVariables(stderr),
  };
}

function toService(
  name: string,
  raw: RawService,
  roles: ReadonlyMap<string, ServiceName>,
  shared: unknown,
): ComposeService {
  const role = roles.get(name);
  const build = typeof raw.build === 'string' ? raw.build : raw.build?.context;
  const test = [raw.healthcheck?.test ?? []].flat();
  for (const [variable, value] of Object.entries(raw.environment ?? {})) {
    knownSecrets.add(...secretsOfValue(variable, String(value ?? '')));
    knownSecrets.allow(...publicNamesOf(variable, String(value ?? '')));
  }
  return {
    name,
    ...(role && { role }),
    ...(raw.image && { image: raw.image }),
    ...(build !== undefined && { buildContext: build }),
    ...(raw.pull_policy && { pullPolicy: raw.pull_policy }),
    hasHealthCheck: raw.healthcheck?.disable !== true && test.length > 0 && test[0] !== 'NONE',
    ports: (raw.ports ?? []).map((port) => ({
      hostIp: port.host_ip ?? '',
      // A range, or nothing: the engine picks.
      published: Number(port.published ?? 0) || 0,
      target: port.target ?? 0,
      protocol: port.protocol ?? 'tcp',
    })),
    digest: digestOf([raw, shared]),
    dependsOn: namesOf(raw.depends_on),
    networks: namesOf(raw.networks),
    ...(raw.network_mode && { networkMode: raw.network_mode }),
    otel: Object.fromEntries(
      Object.entries(raw.environment ?? {})
        .filter(([variable]) => variable.startsWith('OTEL_'))
        .map(([variable, value]) => [variable, String(value ?? '')]),
    ),
  };
}

const namesOf = (listed: Record<string, unknown> | string[] | null | undefined): string[] =>
  Array.isArray(listed) ? listed : Object.keys(listed ?? {});

/** The file's name → the contract's, for the services that the stack has. */
export function rolesOf(
  config: Config,
  present: readonly string[],
  files: readonly string[],
): Map<string, ServiceName> {
  const roles = new Map<string, ServiceName>();
  const problems: string[] = [];
  for (const role of servicesStartedBy(config.services, 'compose')) {
    const name = composeNameOf(config, role);
    if (present.includes(name)) {
      roles.set(name, role);
      continue;
    }
    const near = nearest(name, present);
    problems.push(
      `${settingsOf(config.services, role).start ? `services.${role}.start.compose` : `compose.services.${role}`}: there is no service \`${name}\`${near === undefined ? '' : `; did you mean \`${near}\`?`}`,
    );
  }
  if (problems.length === 0) return roles;
  throw new Fault({
    code: 'compose-service-unknown',
    message: `${problems.length === 1 ? 'a service of the configuration is' : `${problems.length} services of the configuration are`} not in ${files.join(', ') || 'the compose file'}`,
    hint: 'name them in `compose.services`, enable their profile in `compose.profiles`, or switch them off with `services.<name>.enabled: false`',
    exitCode: ExitCode.config,
    details: [...problems, `services of the file: ${present.join(', ') || 'none'}`],
  });
}

function digestOf(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** `The "X" variable is not set. Defaulting to a blank string.` */
function unsetVariables(stderr: string): string[] {
  const found = stderr.matchAll(/\\?"(\w+)\\?" variable is not set/g);
  return [...new Set([...found].map(([, name = '']) => name))];
}

/** Why compose does not take the file: always the configuration's fault, unless the engine is not there at all. */
async function explainConfig(
  cli: EngineCli,
  output: ProcessOutput,
  files: readonly string[],
): Promise<Fault> {
  const text = output.stderr.trim();
  const where = files.join(', ');
  const engine = explainEngine(cli.engine, output);
  if (engine.code !== 'engine-failed') return engine;
  const details = lastLines(text, 20);
  const config = (code: FaultCode, message: string, hint: string) =>
    new Fault({ code, message, hint, exitCode: ExitCode.config, details });

  const required = /required variable (\w+) is missing a value:?\s*(.*)/i.exec(text);
  if (required) {
    const [, name = '', why = ''] = required;
    return config(
      'compose-variable-missing',
      `${where} needs the variable ${name}${why ? `: ${safeLine(why, 200)}` : ''}`,
      `set ${name} in the environment, in \`.env\`, or in \`compose.env\` of the configuration`,
    );
  }
  const profile = /no such profile|profile .* not found/i.exec(text);
  if (profile)
    return config('compose-profile-unknown', `${where}: ${details.at(-1)}`, 'correct `compose.profiles`');
  const missing = files.find((file) => !existsSync(file));
  if (missing)
    return config('compose-file-missing', `there is no compose file ${missing}`, 'correct `compose.file`');
  return config(
    'compose-file-invalid',
    `compose does not accept ${where}: ${details.at(-1)}`,
    `docker compose -f ${where} config`,
  );
}
