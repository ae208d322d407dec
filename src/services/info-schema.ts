import { described, strictMap, v } from '../base/schema.ts';

/** Returns the schema of what the result document contains about a service of a kind; `entries` are those beside the common ones. */
export function infoSchemaOf<const Kind extends string, const Entries extends v.ObjectEntries>(
  kind: Kind,
  entries: Entries,
) {
  return described(
    strictMap({
      kind: described(v.literal(kind), 'Kind of the service'),
      enabled: described(v.boolean(), 'Whether the stack has this service'),
      ...entries,
    }),
    `A service of the kind ${kind}`,
  );
}

export const urlInfo = described(v.string(), 'Address, without credentials');
export const hostInfo = described(v.string(), 'Host of its address');
export const serviceNameInfo = described(v.string(), 'Name that it gives itself');
