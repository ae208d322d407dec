/** Something wrong in what was declared, with where it stands: keys and indexes from the top of the entry. */
export class DeclaredProblem extends Error {
  override readonly name = 'DeclaredProblem';
  readonly path: readonly (string | number)[];

  constructor(path: readonly (string | number)[], message: string) {
    super(message);
    this.path = path;
  }
}
