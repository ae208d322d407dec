/** A definition as a source found it, not validated yet. */
export interface FoundCheck {
  id: string;
  /** The file, the line or the package that it came from, for messages. */
  source: string;
  definition: unknown;
  /** True if the definition was built here and runs no user code or pattern. Default: false. */
  isBounded?: boolean;
}

/** What a source has found. */
export interface Found {
  checks: readonly FoundCheck[];
  /** Why a part of the source could not be read, each with its place. */
  problems: readonly string[];
}
