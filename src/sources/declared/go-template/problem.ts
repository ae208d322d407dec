/** Something in a template that is wrong, or that is not supported; with its line. */
export class TemplateProblem extends Error {
  override readonly name = 'TemplateProblem';
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}
