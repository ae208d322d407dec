import { ApiError } from './api-error.ts';
import type { Caller } from './auth.ts';
import type { TenantTransaction } from './database.ts';

/** The caller's row, in the tenant of the transaction. */
export function findUser(transaction: TenantTransaction, { subject }: Caller) {
  return transaction
    .selectFrom('users')
    .select(['id', 'tenant_id', 'email', 'username', 'first_name', 'last_name', 'is_active', 'created_at'])
    .where('clerk_user_id', '=', subject)
    .executeTakeFirst();
}

/**
 * The id of the caller's row, which is made when it is first needed: the identity provider vouches for the user and for the
 * tenant, so there is nothing to register. A subject that belongs to another tenant stays invisible, and is refused.
 */
export async function ensureUser(transaction: TenantTransaction, caller: Caller): Promise<string> {
  const known = await findUser(transaction, caller);
  if (known) return known.id;
  await requireTenant(transaction, caller.tenantId);
  const created = await transaction
    .insertInto('users')
    .values({
      tenant_id: caller.tenantId,
      clerk_user_id: caller.subject,
      email: caller.email ?? `${caller.subject}@users.meatymusic.invalid`,
      username: null,
      first_name: caller.firstName ?? null,
      last_name: caller.lastName ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  const id = created?.id ?? (await findUser(transaction, caller))?.id;
  if (!id) throw new ApiError(403, 'user_elsewhere', 'This user does not belong to the tenant of the token.');
  return id;
}

/** Tenants are created by operators: the application has no privilege to insert one. */
async function requireTenant(transaction: TenantTransaction, tenantId: string): Promise<void> {
  const tenant = await transaction
    .selectFrom('tenants')
    .select('is_active')
    .where('id', '=', tenantId)
    .executeTakeFirst();
  if (!tenant) throw new ApiError(403, 'tenant_unknown', 'The tenant of the token is not known here.');
  if (!tenant.is_active) throw new ApiError(403, 'tenant_inactive', 'The tenant of the token is not active.');
}
