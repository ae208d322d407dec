import type { Check } from '../check/define-check.ts';

export interface DeclaredSources {
  /** YAML files of declared checks; absolute paths. */
  files?: readonly string[];
  /** Gossfiles; absolute paths. */
  gossfiles?: readonly string[];
  /** npm packages that bring checks. */
  plugins?: readonly string[];
  /** Folder from which plugins are resolved: the project's root. */
  root: string;
  env: Readonly<Record<string, string | undefined>>;
  /** YAML or JSON files of variables for gossfiles and declared checks; later ones win. */
  varsFiles?: readonly string[];
  /** Variables from the command line; win over files. */
  vars?: Readonly<Record<string, unknown>>;
}

export interface Declared {
  checks: Check[];
  /** What was read and cannot be carried out: entries of a gossfile that are not supported. Named, never dropped. */
  notices: string[];
}

/** Reads every declared source. Rejects with one `Fault` (78) that lists every problem with file and line. */
export async function loadDeclared(_sources: DeclaredSources): Promise<Declared> {
  return { checks: [], notices: [] };
}
