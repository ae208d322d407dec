import { closest, distance } from 'fastest-levenshtein';

/** Returns the candidate closest to the word, or `undefined` if none is similar. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined;
  const letters = lettersOf(word);
  const swapped = candidates.find(
    (candidate) => lettersOf(candidate) === letters && distance(word, candidate) <= 2,
  );
  if (swapped !== undefined) return swapped;
  const best = closest(word, candidates as string[]);
  return distance(word, best) <= Math.max(word.length < 4 ? 1 : 2, Math.floor(word.length / 3))
    ? best
    : undefined;
}

/** Two words with the same letters differ by a swap, which counts as two changes. */
function lettersOf(word: string): string {
  return [...word].sort().join('');
}
