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
  return {
    text: matchers.map(({ text }) => text).join(' and '),
    test: (value) => firstOther(matchers, value, true),
  };
}

/** Returns the first judgement that is not the given one, in order; that one if there is none. */
export function firstOther(matchers: readonly Matcher[], value: unknown, expected: boolean): Judgement {
  return firstOf(matchers, (matcher) => matcher.test(value), expected);
}

/** Returns true if each is judged true, else the first other judgement. */
export function everyJudgement<Item>(items: readonly Item[], judge: (item: Item) => Judgement): Judgement {
  return firstOf(items, judge, true);
}

/** Returns true if one of the values meets the expectation; `undefined` if none does and one cannot be judged. */
export function someOf(values: readonly unknown[], matcher: Matcher): Judgement {
  const judgements = values.map((value) => matcher.test(value));
  return judgements.includes(true) || (judgements.includes(undefined) ? undefined : false);
}

function firstOf<Item>(
  items: readonly Item[],
  judge: (item: Item) => Judgement,
  expected: boolean,
): Judgement {
  for (const item of items) {
    const judgement = judge(item);
    if (judgement !== expected) return judgement;
  }
  return expected;
}
