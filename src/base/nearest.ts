import { closest, distance } from 'fastest-levenshtein';

/** Returns the candidate closest to the word, or `undefined` if none is similar. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const best = closest(word, candidates as string[]);
  return distance(word, best) <= Math.max(word.length < 4 ? 1 : 2, Math.floor(word.length / 3))
    ? best
    : undefined;
}
