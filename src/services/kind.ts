import { described, required, strictMap, v } from '../base/schema.ts';
import type { Health } from './health.ts';
import { enabled, group, log, name, setting, unset } from './setting.ts';
import { type Start, start } from './start.ts';

/** Settings that a service of every kind has. */
export interface CommonSettings {
  kind: string;
  enabled: boolean;
  /** Absent where none is configured, and for a kind without an address. */
  url?: string | undefined;
  /** Where its log is read. Absent: where its runner writes it. */
  log?: { file: string } | { command: string } | undefined;
  /** How it is started. Absent: as the runtime starts it, or elsewhere. */
  start?: Start | undefined;
  dependsOn: string[];
  reuseExisting: boolean;
}

/** The information about a running container from which its address is built. */
export interface ContainerFacts {
  /** `127.0.0.1`, or `[::1]`. */
  host: string;
  port: number;
  /** The configured address, for what the container does not define. */
  configured: URL;
  env: Readonly<Record<string, string>>;
  command: readonly string[];
  /** Resolves to the text of a file in the container, or to `undefined` if it cannot be read. */
  readFile(path: string): Promise<string | undefined>;
}

/** Where a service is, for the information that checks get about it. */
export interface Place {
  /** Credentials included; a placeholder if the service has no address. */
  url: URL;
  /** The project's folder. */
  root: string;
}

/** A kind of service. Everything that depends on the kind is here, and nowhere else. */
export interface ServiceKind<Settings extends CommonSettings = CommonSettings, Info extends object = object> {
  /** Value of `kind` in the configuration. */
  name: string;
  /** Description of the service that has the contract's name. */
  about: string;
  /** Schema of a service that the configuration names: `kind` is required, and no address is assumed. */
  schema: v.GenericSchema;
  /** Whether it gives itself a name: the setting `serviceName`. */
  isNamed: boolean;
  /** Address whose protocol and path are used where none is configured; absent for a kind without an address. */
  usualUrl?: string;
  /** Port of an address without one. Absent: the one of the protocol. */
  defaultPort?: number;
  /** How to find out whether it works; absent for a kind without an address. */
  health?: Health;
  compose: {
    /** Usual name of the service in a compose file. */
    service: string;
    /** Description of the setting that names it. */
    about: string;
    /** Usual ports within its container. The first one that is published is taken. Empty: it has no address. */
    ports: readonly number[];
    url(container: ContainerFacts): string | Promise<string>;
  };
  /** Returns what checks and the result document contain about it: no credentials. */
  info(settings: Settings, place: Place): Info;
  infoSchema: v.GenericSchema<Info>;
}

const common = {
  log,
  start,
  dependsOn: setting(v.array(name), [], 'Services that must be healthy before it is started'),
  reuseExisting: setting(
    v.boolean(),
    false,
    'Whether a service that already answers at its address is used instead of starting one',
  ),
};

const kindAbout = 'Kind of the service';

/** Entries of the configuration of a service that has the contract's name. */
type StandardEntries<Name extends string, Entries extends v.ObjectEntries> = {
  kind: v.OptionalSchema<v.LiteralSchema<Name, undefined>, Name>;
  enabled: typeof enabled;
} & Entries &
  typeof common;

/** A kind with the schema of the service that has the contract's name: it has a default for everything. */
export interface DefinedKind<
  Name extends string,
  Entries extends v.ObjectEntries,
  Settings extends CommonSettings,
  Info extends object,
> extends ServiceKind<Settings, Info> {
  name: Name;
  standardSchema: v.GenericSchema<
    v.InferInput<v.StrictObjectSchema<StandardEntries<Name, Entries>, undefined>> | undefined,
    v.InferOutput<v.StrictObjectSchema<StandardEntries<Name, Entries>, undefined>>
  >;
}

/** Returns the reasons why a value is no kind; none for what `defineServiceKind` returns. */
export function problemsOfKind(given: unknown): string[] {
  const { name, schema, compose, info, infoSchema } = (given ?? {}) as Partial<Record<string, unknown>>;
  const isObject = (value: unknown) => typeof value === 'object' && value !== null;
  if (![schema, compose, infoSchema].every(isObject) || typeof info !== 'function')
    return ['is no kind; write: defineServiceKind({ name, settings, … })'];
  return typeof name === 'string' && /^[a-z][\w-]*$/.test(name) ? [] : ['"name" is not a word in lower case'];
}

/**
 * Creates a kind of service. `settings` are the entries of its configuration beside the common ones, as valibot schemas. An
 * address is the entry `url`; its default has the usual protocol, port and path.
 *
 * @example
 * defineServiceKind({
 *   name: 'queue',
 *   about: 'A queue with an HTTP interface',
 *   settings: { url: v.optional(v.string(), 'http://localhost:9324') },
 *   defaultPort: 9324,
 *   health: { kind: 'http', path: '/' },
 *   compose: { service: 'queue', about: 'Name of the queue', ports: [9324], url: ({ host, port }) => `http://${host}:${port}` },
 *   info: ({ enabled }, { url }) => ({ kind: 'queue', enabled, url: url.origin }),
 *   infoSchema: v.object({ kind: v.literal('queue'), enabled: v.boolean(), url: v.string() }),
 * });
 */
export function defineServiceKind<
  const Name extends string,
  const Entries extends v.ObjectEntries,
  Info extends object,
  Settings extends CommonSettings = v.InferOutput<v.StrictObjectSchema<Entries, undefined>> & CommonSettings,
>({
  settings,
  ...kind
}: Omit<ServiceKind<Settings, Info>, 'schema' | 'name' | 'usualUrl' | 'isNamed'> & {
  name: Name;
  settings: Entries;
}): DefinedKind<Name, Entries, Settings, Info> {
  const { url, serviceName } = settings as v.ObjectEntries;
  const usualUrl = url && (v.getDefault(url as v.GenericSchema) as string | undefined);
  // Defaults of the contract's service that would be wrong for another one.
  const named = Object.fromEntries(
    Object.entries({ url, serviceName } as Record<string, v.GenericSchema | undefined>).flatMap(
      ([key, schema]) => (schema ? [[key, unset(required(schema), v.getDescription(schema) ?? '')]] : []),
    ),
  );
  return {
    ...kind,
    isNamed: serviceName !== undefined,
    ...(usualUrl !== undefined && { usualUrl }),
    schema: described(
      strictMap({
        kind: described(v.literal(kind.name), kindAbout),
        enabled,
        ...settings,
        ...named,
        ...common,
      }),
      kind.about,
    ) as v.GenericSchema,
    standardSchema: group(
      { kind: setting(v.literal(kind.name), kind.name as never, kindAbout), enabled, ...settings, ...common },
      kind.about,
    ) as never,
  } as DefinedKind<Name, Entries, Settings, Info>;
}
