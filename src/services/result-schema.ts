import { openMap, type v } from '../base/schema.ts';
import { resultSchemaOf } from '../check/result-schema.ts';
import type { ServiceInfos } from '../check/stack.ts';
import { infoByKind, standardKinds } from './schema.ts';

/** Schema of the result document: the contract's services, and others by their kinds. */
export const resultSchema = resultSchemaOf(
  openMap(
    Object.fromEntries(Object.entries(standardKinds).map(([name, { infoSchema }]) => [name, infoSchema])),
    infoByKind,
  ) as v.GenericSchema as v.GenericSchema<ServiceInfos>,
);
