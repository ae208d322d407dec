export interface MigrationState {
  folder: string;
  applied: string[];
  pending: string[];
  /** Applied, and changed on disk since. */
  edited: string[];
  /** Applied, and not on disk. */
  missing: string[];
  /** Pending, and sorted before an applied one. */
  outOfOrder: string[];
  /** How the files deviate from the committed migrations.lock.json; absent: there is none. */
  lockFileDifferences?: string[];
}

export interface MigrationsProbe {
  /** Read-only. */
  state(): Promise<MigrationState>;
  /** Differences between the schema and the one that the migrations led to; empty: none. `available: false`: nobody wrote it down. */
  drift(): Promise<{ available: boolean; enable?: string; differences: string[]; objects: number }>;
  /** Migrates once more, unless something is `pending`: which migrations ran, and how schema and history changed. */
  secondRun(): Promise<{
    pending: string[];
    ran: string[];
    changes: string[];
    objects: number;
    entries: number;
  }>;
}
