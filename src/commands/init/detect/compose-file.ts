import path from 'node:path';
import { parseEnv } from 'node:util';
import { readYaml, YamlProblem } from '../../../base/yaml.ts';
import { interpolated, type Variables } from './interpolate.ts';
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
  /** Profiles of COMPOSE_PROFILES, whose services compose starts as well; `*` for all. */
  profiles: string[];
  /** Parts that were not read, one sentence each. */
  unread: string[];
}

/**
 * Reads the compose files of the folder as compose merges them: those of COMPOSE_FILE, else the usual one with its
 * override file; with the variables of the shell and of `.env`, and with the files that `include` and `extends` name.
 */
export function readComposeFile(folder: Folder, env: Variables = {}): ComposeFile | undefined {
  const variables = { ...parseEnv(readText(folder, '.env') ?? ''), ...env };
  const names = fileNamesOf(folder, variables);
  if (names[0] === undefined) return undefined;
  const reading: Reading = { folder, variables, unread: [], open: new Set() };
  return {
    name: names.join(', '),
    services: mergedFiles(names, reading),
    profiles: variables.COMPOSE_PROFILES?.split(',').map((each) => each.trim()) ?? [],
    unread: reading.unread,
  };
}

/** What is read, and what was not. */
interface Reading {
  folder: Folder;
  variables: Variables;
  unread: string[];
  /** Files that are being read: one that names itself is read once. */
  open: Set<string>;
}

function fileNamesOf(folder: Folder, variables: Variables): string[] {
  const named = variables.COMPOSE_FILE?.split(variables.COMPOSE_PATH_SEPARATOR || path.delimiter);
  if (named?.some(Boolean)) return named.filter(Boolean);
  const name = fileNames.find((each) => folder.files.has(each));
  if (name === undefined) return [];
  const override = ['.yml', '.yaml']
    .map((ending) => name.replace(/\.ya?ml$/, `.override${ending}`))
    .find((each) => folder.files.has(each));
  return override ? [name, override] : [name];
}

/** Returns the services of the files, of which a later one wins. Paths within a file are relative to the first one. */
function mergedFiles(names: readonly string[], reading: Reading): Map<string, ComposeEntry> {
  const services = new Map<string, ComposeEntry>();
  const base = path.posix.dirname(names[0] as string);
  for (const file of names) {
    const { found, included } = servicesIn(file, reading);
    for (const { paths, folder, envFiles } of included) {
      const [first = ''] = paths.map((one) => at(base, one));
      const own = folder === undefined ? path.posix.dirname(first) : at(base, folder);
      const variables = envFiles?.map((one) => at(base, one)) ?? [at(own, '.env')];
      const found = read(
        paths.map((one) => at(base, one)),
        own,
        withVariablesOf(variables, reading),
      );
      for (const [key, entry] of found) if (!services.has(key)) services.set(key, entry);
    }
    for (const [key, entry] of found) services.set(key, merged(services.get(key), entry));
  }
  for (const [key, entry] of services)
    services.set(key, merged(baseOf(entry, services, base, reading), entry));
  return services;
}

/** Returns the services of other files, each with its sources, which are relative to `base`, relative to the project's folder. */
function read(files: readonly string[], base: string, reading: Reading): Map<string, ComposeEntry> {
  const [file = ''] = files;
  if (reading.open.has(file)) return new Map();
  reading.open.add(file);
  const services = mergedFiles(files, reading);
  reading.open.delete(file);
  return new Map([...services].map(([key, entry]) => [key, withBuildFrom(base, entry)]));
}

/** Adds the variables of files that an included file has for itself; those of the project win. */
function withVariablesOf(files: readonly string[], reading: Reading): Reading {
  const own = Object.assign({}, ...files.map((file) => parseEnv(readText(reading.folder, file) ?? '')));
  return { ...reading, variables: { ...own, ...reading.variables } };
}

const at = (folder: string, name: string) =>
  path.isAbsolute(name) || /^\w+:/.test(name) ? name : path.posix.join(folder, name);

function withBuildFrom(base: string, entry: ComposeEntry): ComposeEntry {
  const { build } = entry;
  if (typeof build === 'string') return { ...entry, build: at(base, build) };
  if (!isMap(build) || typeof build.context !== 'string') return entry;
  return { ...entry, build: { ...build, context: at(base, build.context) } };
}

function servicesIn(
  file: string,
  { folder, variables, unread }: Reading,
): { found: [string, ComposeEntry][]; included: Included[] } {
  const text = readText(folder, file);
  if (text === undefined) {
    unread.push(`${file} cannot be read`);
    return { found: [], included: [] };
  }
  try {
    const { value } = readYaml(text);
    const { services, include } = (isMap(value) ? value : {}) as { services?: unknown; include?: unknown };
    const found = Object.entries(isMap(services) ? services : {}).filter(([, entry]) => isMap(entry));
    return {
      found: found.map(([key, entry]) => [key, interpolated(entry, variables) as ComposeEntry]),
      included: (Array.isArray(include) ? include : []).flatMap((each) => includedBy(each, variables)),
    };
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    const { line } = error;
    unread.push(`${file} cannot be read: ${error.message}${line === undefined ? '' : ` (line ${line})`}`);
    return { found: [], included: [] };
  }
}

/** Files that `include` names in one entry: the later ones override the first. */
interface Included {
  paths: string[];
  /** To which their sources are relative; absent: their own folder. */
  folder?: string;
  /** Files of variables; absent: the `.env` of their folder. */
  envFiles?: string[];
}

function includedBy(given: unknown, variables: Variables): Included[] {
  const entry = interpolated(isMap(given) ? given : { path: given }, variables) as Record<string, unknown>;
  const texts = (value: unknown) => [value].flat().filter((each) => typeof each === 'string');
  const paths = texts(entry.path);
  const [folder] = texts(entry.project_directory);
  const envFiles = texts(entry.env_file);
  if (paths.length === 0) return [];
  return [{ paths, ...(folder ? { folder } : {}), ...(envFiles.length > 0 ? { envFiles } : {}) }];
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

/** Returns the service that a service extends, of the same file or of another one. */
function baseOf(
  { extends: given }: ComposeEntry,
  services: ReadonlyMap<string, ComposeEntry>,
  base: string,
  reading: Reading,
): ComposeEntry | undefined {
  const { service, file } = (isMap(given) ? given : { service: given }) as {
    service?: unknown;
    file?: unknown;
  };
  if (typeof service !== 'string') return undefined;
  if (typeof file !== 'string') return services.get(service);
  const other = at(base, file);
  return read([other], path.posix.dirname(other), reading).get(service);
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
