/** A problem of a declared check with its place: keys and indexes from the top of the entry. */
export class DeclaredProblem extends Error {
  override readonly name = 'DeclaredProblem';
  readonly path: readonly (string | number)[];
  /** Further problems of the same entry. */
  readonly further: readonly DeclaredProblem[];

  constructor(path: readonly (string | number)[], message: string, further: readonly DeclaredProblem[] = []) {
    super(message);
    this.path = path;
    this.further = further;
  }
}
