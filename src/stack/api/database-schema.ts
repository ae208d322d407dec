/** Written by `meatymusic migrate types` from the migrated schema. Changes are lost at the next run. */
import type { ColumnType, Generated } from 'kysely';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface Tenants {
  id: Generated<string>;
  name: string;
  display_name: string | null;
  slug: string;
  description: string | null;
  is_active: Generated<boolean>;
  is_trial: Generated<boolean>;
  trial_ends_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

export interface UserPreferences {
  id: Generated<string>;
  user_id: string;
  preferences: Generated<Json>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

export interface Users {
  id: Generated<string>;
  tenant_id: string;
  clerk_user_id: string;
  email: string;
  username: string | null;
  first_name: string | null;
  last_name: string | null;
  is_active: Generated<boolean>;
  email_verified: Generated<boolean>;
  last_login_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  created_at: ColumnType<Date, Date | string | undefined, Date | string>;
  updated_at: ColumnType<Date, Date | string | undefined, Date | string>;
}

/** Every table and view, for `Kysely<Database>`. */
export interface Database {
  tenants: Tenants;
  user_preferences: UserPreferences;
  users: Users;
}
