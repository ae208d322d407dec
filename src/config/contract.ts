import { mapOf, v } from '../base/schema.ts';
import { unset } from '../services/setting.ts';

/** Entry `contract` of the configuration: which areas of checks a stack has agreed to. */
export const contractSchema = unset(
  v.union([v.literal('full'), mapOf(v.union([v.literal(false), mapOf(v.unknown())]))]),
  'Areas that apply to this stack: full, or by area { tenancy: false, auth: { path: /v2/me } }; unset: all, but an endpoint that answers 404 at a default path is skipped',
);

export type Contract = v.InferOutput<typeof contractSchema>;

/** Returns the areas that are no part of the contract. */
export function areasOff(contract: Contract): Set<string> {
  if (contract === undefined || contract === 'full') return new Set();
  return new Set(Object.keys(contract).filter((area) => contract[area] === false));
}

/** Returns the options that the contract gives the checks of its areas. */
export function optionsOfContract(contract: Contract): Record<string, Record<string, unknown>> {
  if (contract === undefined || contract === 'full') return {};
  return Object.fromEntries(
    Object.entries(contract).filter(
      (entry): entry is [string, Record<string, unknown>] => entry[1] !== false,
    ),
  );
}
