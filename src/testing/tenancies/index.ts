/** Databases whose tenancy holds or does not, each with its true verdict. */
import { tenanciesByName } from './names.ts';
import { tenanciesByPolicy } from './policies.ts';
import { tenanciesByReach } from './reach.ts';
import { tenanciesByRole } from './roles.ts';
import { tenanciesByRow } from './rows.ts';
import type { TenancyCase } from './tenancy.ts';
import { tenanciesByView } from './views.ts';

export { baseTenancy, type TenancyCase } from './tenancy.ts';

export const tenancies: readonly TenancyCase[] = [
  ...tenanciesByPolicy,
  ...tenanciesByName,
  ...tenanciesByReach,
  ...tenanciesByView,
  ...tenanciesByRole,
  ...tenanciesByRow,
];
