import { choiceBy, openMap, v } from '../base/schema.ts';
import type { StandardName } from '../check/stack.ts';
import { api } from './api.ts';
import type { ServiceKind } from './kind.ts';
import { postgres } from './postgres.ts';
import { process } from './process.ts';
import { redis } from './redis.ts';
import { setting } from './setting.ts';
import { tcp } from './tcp.ts';
import { telemetrySettings } from './telemetry.ts';
import { web } from './web.ts';

/** The names of the contract, each with its kind. The order is that of lists and tables. */
const standard = { api, web, database: postgres, cache: redis };
type Standard = typeof standard;

export const standardKinds = standard as unknown as Readonly<Record<StandardName, ServiceKind>>;
export const standardNames = Object.keys(standard) as readonly StandardName[];

/** Settings of a service that the configuration names. */
export interface NamedServiceInput {
  kind: string;
  [setting: string]: unknown;
}

/** Settings of the services of the contract by name; docs/kinds/services.md describes them. */
export type StandardInput = { [Name in StandardName]?: v.InferInput<Standard[Name]['standardSchema']> };
/**
 * Settings of the receiver of traces.
 *
 * @interface
 */
export type TelemetryInput = NonNullable<v.InferInput<typeof telemetrySettings>>;

/** The value of `services` as a file has it. */
export type ServicesInput = StandardInput & {
  /** Default: spans are read where the services print them. */
  telemetry?: TelemetryInput;
} & {
  [name: string]: NamedServiceInput | StandardInput[StandardName] | TelemetryInput;
};

/** The value of `services` with defaults. Services of other names than the contract's are read by `settingsOf`. */
export type Services = { [Name in StandardName]: v.InferOutput<Standard[Name]['standardSchema']> } & {
  telemetry: v.InferOutput<typeof telemetrySettings>;
};

const kinds = new Map<string, ServiceKind>();
const schemasByKind: Record<string, v.GenericSchema> = {};
const infoSchemasByKind: Record<string, v.GenericSchema> = {};

/** Adds a kind of service: its settings, its part of the result document, and what the runners need of it. Returns a function that removes it. */
export function registerKind(kind: ServiceKind): () => void {
  kinds.set(kind.name, kind);
  schemasByKind[kind.name] = kind.schema;
  infoSchemasByKind[kind.name] = kind.infoSchema;
  return () => {
    kinds.delete(kind.name);
    for (const schemas of [schemasByKind, infoSchemasByKind]) Reflect.deleteProperty(schemas, kind.name);
  };
}

for (const kind of [api, web, postgres, redis, process, tcp]) registerKind(kind as unknown as ServiceKind);

/** Parts of the result document by kind of service. */
export const infoByKind = choiceBy('kind', infoSchemasByKind);

export function kindNames(): string[] {
  return [...kinds.keys()];
}

export function findKind(name: string): ServiceKind | undefined {
  return kinds.get(name);
}

const standardEntries = Object.fromEntries(
  Object.entries(standard).map(([name, { standardSchema }]) => [name, standardSchema]),
);

/** A service that has no `serviceName` gives itself its name in the configuration. */
function withOwnNames(services: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(services).map(([name, settings]): [string, unknown] => {
    const { kind = '', serviceName } = settings as { kind?: string; serviceName?: string };
    const takesName = serviceName === undefined && findKind(kind)?.isNamed;
    return [name, takesName ? { ...(settings as object), serviceName: name } : settings];
  });
  return Object.fromEntries(entries);
}

/** Entry `services` of the configuration. */
export const servicesSchema = setting(
  v.pipe(
    openMap({ ...standardEntries, telemetry: telemetrySettings }, choiceBy('kind', schemasByKind)),
    v.transform(withOwnNames) as never,
  ),
  {},
  'The stack: its services by name; api, web, database and cache imply their kind, every other name has a `kind`',
) as unknown as v.OptionalSchema<v.GenericSchema<ServicesInput, Services>, Record<string, never>>;

/** Entry `compose.services` of the configuration. */
export const composeServices = setting(
  openMap(
    Object.fromEntries(
      Object.entries(standardKinds).map(([name, { compose }]) => [
        name,
        setting(v.string(), compose.service, compose.about),
      ]),
    ),
    v.string(),
  ),
  {},
  "The file's names for services; default of a service that is none of the contract's: its own name",
) as unknown as v.OptionalSchema<
  v.GenericSchema<Partial<Record<string, string>>, Record<StandardName, string>>,
  Record<string, never>
>;
