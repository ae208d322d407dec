/** A compiled expectation: what it asks for in words, and whether a value is that. */
export interface Matcher {
  readonly text: string;
  test(value: unknown): boolean;
}

/** The place of the expectation in the entry, for messages. */
export type Path = readonly (string | number)[];

/** What a person wrote as an expectation → what can be tested. Throws `DeclaredProblem`. */
export type CompileMatcher = (raw: unknown, path: Path) => Matcher;

/** One named matcher; `inner` compiles the expectations in its argument. */
export type Compile = (argument: unknown, path: Path, inner: CompileMatcher) => Matcher;

/** All of them must hold. */
export function all(matchers: Matcher[]): Matcher {
  if (matchers.length === 1) return matchers[0]!;
  return {
    text: matchers.map(({ text }) => text).join(' and '),
    test: (value) => matchers.every((each) => each.test(value)),
  };
}
