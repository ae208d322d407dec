import { parseEnv } from 'node:util';
import { readYaml, YamlProblem } from '../../../base/yaml.ts';
import { type Folder, readText } from './project.ts';

/** The names that compose itself looks for, in its order. */
const fileNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/** The part of a service that says what it is. */
export interface ComposeEntry {
  image?: unknown;
  build?: unknown;
  command?: unknown;
  ports?: unknown;
  profiles?: unknown;
  depends_on?: unknown;
  healthcheck?: { test?: unknown };
  extends?: unknown;
}

export interface ComposeFile {
  /** Names of the files that were read, for the reason of a guess. */
  name: string;
  services: Map<string, ComposeEntry>;
  /** Parts that were not read, one sentence each. */
  unread: string[];
}

/** Reads the compose file of the folder with its override file, as compose merges them, with the variables of `.env`. */
export function readComposeFile(folder: Folder): ComposeFile | undefined {
  const name = fileNames.find((each) => folder.files.has(each));
  if (name === undefined) return undefined;
  const override = ['.yml', '.yaml']
    .map((ending) => name.replace(/\.ya?ml$/, `.override${ending}`))
    .find((each) => folder.files.has(each));
  const variables = parseEnv(readText(folder, '.env') ?? '');
  const unread: string[] = [];
  const services = new Map<string, ComposeEntry>();
  for (const file of [name, ...(override ? [override] : [])]) {
    const { found, include } = servicesIn(folder, file, variables, unread);
    if (include) unread.push(`${file}: the files of \`include\` were not read`);
    for (const [key, entry] of found) services.set(key, merged(services.get(key), entry));
  }
  for (const [key, entry] of services) {
    const base = baseOf(entry);
    if (base !== undefined && services.has(base)) services.set(key, merged(services.get(base), entry));
  }
  return { name, services, unread };
}

function servicesIn(
  folder: Folder,
  file: string,
  variables: Readonly<Record<string, string | undefined>>,
  unread: string[],
): { found: [string, ComposeEntry][]; include: boolean } {
  try {
    const { value } = readYaml(readText(folder, file) ?? '');
    const { services, include } = (isMap(value) ? value : {}) as { services?: unknown; include?: unknown };
    const found = Object.entries(isMap(services) ? services : {}).filter(([, entry]) => isMap(entry));
    return {
      found: found.map(([key, entry]) => [key, interpolated(entry, variables) as ComposeEntry]),
      include: include !== undefined,
    };
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    const { line } = error;
    unread.push(`${file} cannot be read: ${error.message}${line === undefined ? '' : ` (line ${line})`}`);
    return { found: [], include: false };
  }
}

function merged(base: ComposeEntry | undefined, entry: ComposeEntry): ComposeEntry {
  if (base === undefined) return entry;
  const ports = [base.ports, entry.ports].flatMap((each) => (Array.isArray(each) ? each : []));
  return {
    ...base,
    ...entry,
    ...(ports.length > 0 ? { ports } : {}),
    ...(base.depends_on || entry.depends_on
      ? { depends_on: { ...conditionsOf(base.depends_on), ...conditionsOf(entry.depends_on) } }
      : {}),
  };
}

/** Returns the dependencies by name, each with its condition. */
export function conditionsOf(given: unknown): Record<string, { condition?: unknown }> {
  if (Array.isArray(given)) return Object.fromEntries(given.map((name) => [String(name), {}]));
  const entries = Object.entries(isMap(given) ? given : {});
  return Object.fromEntries(entries.map(([name, value]) => [name, isMap(value) ? value : {}]));
}

/** The service of the same file that a service extends. */
function baseOf({ extends: given }: ComposeEntry): string | undefined {
  if (typeof given === 'string') return given;
  const { service, file } = (isMap(given) ? given : {}) as { service?: unknown; file?: unknown };
  return typeof service === 'string' && file === undefined ? service : undefined;
}

/** Returns the value with `${NAME}`, `${NAME:-default}`, `${NAME?message}` and `$NAME` replaced; an unset variable is empty. */
function interpolated(value: unknown, variables: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof value === 'string') {
    return value.replace(
      /\$(?:\$|\{(\w+)(?:(:?[-?+])([^}]*))?\}|(\w+))/g,
      (all, braced: string | undefined, operator = '', operand = '', plain: string | undefined) => {
        const name = braced ?? plain;
        if (name === undefined) return all.slice(1);
        const set = variables[name];
        const isSet = set !== undefined && (set !== '' || !operator.startsWith(':'));
        if (operator.endsWith('+')) return isSet ? operand : '';
        return isSet ? set : operator.endsWith('-') ? operand : '';
      },
    );
  }
  if (Array.isArray(value)) return value.map((each) => interpolated(each, variables));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, interpolated(each, variables)]));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the published TCP ports of the host: a number, or `undefined` where compose takes a free one. */
export function publishedPorts(ports: unknown): (number | undefined)[] {
  if (!Array.isArray(ports)) return [];
  return ports.flatMap((port: unknown) => {
    if (isMap(port)) return port.protocol === 'udp' ? [] : [numberOf(port.published)];
    const text = String(port);
    if (text.endsWith('/udp')) return [];
    return [
      numberOf(
        text
          .replace(/\/\w+$/, '')
          .split(':')
          .slice(0, -1)
          .at(-1),
      ),
    ];
  });
}

/** The first of a range. */
function numberOf(text: unknown): number | undefined {
  return Number(String(text ?? '').split('-')[0]) || undefined;
}
