/** A definition as a source found it, not validated yet. */
export interface FoundCheck {
  id: string;
  /** The file, the line or the package that it came from, for messages. */
  source: string;
  definition: unknown;
  /** True if the definition was built here and runs no user code or pattern. Default: false. */
  isBounded?: boolean;
}

/** A check that its source cannot read, as far as its id is known. */
export interface BrokenCheck {
  id: string;
  source: string;
  /** Where known: the checks that it is after. */
  after?: unknown;
}

/** What a source has found. */
export interface Found {
  checks: readonly FoundCheck[];
  /** Checks that could not be read. The reasons are in `problems`. */
  broken?: readonly BrokenCheck[];
  /** Why a part of the source could not be read, each with its place. */
  problems: readonly string[];
  /** True if more checks may be defined in what could not be read. Default: where there are problems without a broken check. */
  isIncomplete?: boolean;
}
