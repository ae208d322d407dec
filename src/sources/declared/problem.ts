/** A problem of a declared check with its place: keys and indexes from the top of the entry. */
export class DeclaredProblem extends Error {
  override readonly name = 'DeclaredProblem';
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], message: string) {
    super(message);
    this.path = path;
  }
}
