import type { Look } from '../check/reporter.ts';

export type { FolderReporter, Look, Reporter } from '../check/reporter.ts';

export const plainLook: Look = { columns: 100, color: false, verbose: false, quiet: false };
