/** Whether a value meets an expectation; `undefined`: it cannot be judged, as a text is no number. Its opposite cannot either. */
export type Judgement = boolean | undefined;

/** A compiled expectation: what it asks for in words, and whether a value is that. */
export interface Matcher {
  readonly text: string;
  test(value: unknown): Judgement;
}

/** The place of the expectation in the entry, for messages. */
export type Path = readonly (string | number)[];

/** What a person wrote as an expectation → what can be tested. Throws `DeclaredProblem`. */
export type CompileMatcher = (raw: unknown, path: Path) => Matcher;

/** One named matcher; `inner` compiles the expectations in its argument. */
export type Compile = (argument: unknown, path: Path, inner: CompileMatcher) => Matcher;

/** All of them must hold. The first that does not, or that cannot be judged, decides, as in goss. */
export function all(matchers: Matcher[]): Matcher {
  if (matchers.length === 1) return matchers[0]!;
  return {
    text: matchers.map(({ text }) => text).join(' and '),
    test: (value) => firstOther(matchers, value, true),
  };
}

/** Returns the first judgement that is not the given one, in order; that one if there is none. */
export function firstOther(matchers: readonly Matcher[], value: unknown, expected: boolean): Judgement {
  for (const matcher of matchers) {
    const judgement = matcher.test(value);
    if (judgement !== expected) return judgement;
  }
  return expected;
}
