/** The migrations of the project and those that the database has. */
export interface MigrationState {
  /** Absolute path. */
  folder: string;
  /** Names in the order in which they were applied. */
  applied: string[];
  /** Names in the order in which they will be applied. */
  pending: string[];
  /** Applied, and changed on disk since. */
  edited: string[];
  /** Applied, and not on disk. */
  missing: string[];
  /** Pending, and sorted before an applied one. */
  outOfOrder: string[];
  /** Applied from a file with another extension (`.ts`, now compiled), so that the content is not compared; absent: none. */
  notCompared?: string[];
  /** How the files deviate from the committed migrations.lock.json; absent: there is none. */
  lockFileDifferences?: string[];
  /** Another tool that migrates the database as well: `migrated by Alembic, at 1975ea83b712 (public.alembic_version)`. */
  alsoBy?: string;
  /** Set if `migrations.command` migrates the database; the lists above are empty then. */
  byCommand?: CommandMigrationState;
}

/** The state of migrations that another tool applies. */
export interface CommandMigrationState {
  command: string;
  /** `migrated by Alembic, at 1975ea83b712 (public.alembic_version)`. */
  description: string;
  /** `migrations.check`, its exit code (`null`: a signal ended it) and the last lines of its output; absent: it is not configured. */
  check?: { command: string; exitCode: number | null; lines: string[] };
  /** A value for `migrations.check` that fits the tool. */
  suggested?: string;
}

/** Reads the state of the migrations. */
export interface MigrationsProbe {
  /** Read-only. */
  state(): Promise<MigrationState>;
  /** Differences between the schema and the one that the migrations led to; empty: none. `available: false`: no schema was recorded. */
  drift(): Promise<{
    available: boolean;
    /** How to make it available. Absent: it is. */
    enable?: string;
    /** One sentence each. */
    differences: string[];
    /** Number of compared objects. */
    objects: number;
    /** Indexes that a failed statement left behind; absent: none. */
    invalidIndexes?: string[];
  }>;
  /** Migrates once more, unless something is `pending`: which migrations ran, and how schema and history changed. */
  secondRun(): Promise<{
    /** Names; not empty: nothing was run. */
    pending: string[];
    /** Names of the migrations that ran again. */
    ran: string[];
    /** Changes of schema and history, one sentence each. */
    changes: string[];
    /** Number of compared objects of the schema. */
    objects: number;
    /** Number of compared entries of the history. */
    entries: number;
  }>;
}

/** Failures of the probe with which the migrations cannot be judged, and what would make it possible. */
export const unjudgedMigrations: Readonly<Record<string, string>> = {
  MIGRATIONS_OFF: 'migrations: { enabled: true } in the configuration',
  'no-migrations':
    'a folder migrations/ with Kysely migrations beside the configuration, or migrations.folder',
  'migrated-by-another-tool':
    'migrations.command and migrations.check with the commands of the tool, or a database of its own for the migrations of this project',
  'transaction-pooler': 'migrations.url: the address of the server behind the pooler',
  'migration-locked': 'run the same checks again once the other migrator has ended',
  'migrations-check':
    'migrations.check: a command that this version of the tool has, and that fails while a migration is pending',
  'external-stack': 'run migrations.command twice where the stack is deployed',
};
