import type { v } from '../base/schema.ts';
import type { Health } from './health.ts';
import { group } from './setting.ts';

/** Settings that a service of every kind has. */
export interface CommonSettings {
  enabled: boolean;
  url: string;
  log?: { file: string } | { command: string } | undefined;
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
export interface ServiceKind<
  Schema extends v.GenericSchema = v.GenericSchema,
  Settings extends CommonSettings = CommonSettings,
  Info extends object = object,
> {
  /** Schema of its settings in the configuration. */
  schema: Schema;
  defaultPort: number;
  /** How to find out whether it works. */
  health: Health;
  compose: {
    /** Usual name of the service in a compose file. */
    service: string;
    /** Description of the setting that names it. */
    about: string;
    /** Usual ports within its container. The first one that is published is taken. */
    ports: readonly [number, ...number[]];
    url(container: ContainerFacts): string | Promise<string>;
  };
  /** Returns what checks and the result document contain about it: no credentials. */
  info(settings: Settings, place: Place): Info;
  infoSchema: v.GenericSchema<Info>;
}

/** Creates a kind; `settings` are the entries of its configuration. */
export function defineServiceKind<
  const Entries extends v.ObjectEntries,
  Info extends object,
  Settings extends CommonSettings = v.InferOutput<v.StrictObjectSchema<Entries, undefined>> & CommonSettings,
>({
  settings,
  about,
  ...kind
}: Omit<ServiceKind<v.GenericSchema, Settings, Info>, 'schema'> & { settings: Entries; about: string }) {
  return { ...kind, schema: group(settings, about) };
}
