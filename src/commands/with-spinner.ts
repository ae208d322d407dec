import type { Invocation } from './invocation.ts';

/** Shows a person at a terminal what is waited for, while the work lasts. `say` changes the words. */
export async function withSpinner<T>(
  { stderr, quiet }: Pick<Invocation, 'stderr' | 'quiet'>,
  text: string,
  work: (say: (text: string) => void) => Promise<T>,
): Promise<T> {
  if (quiet || !stderr.isTerminal) return work(() => {});
  const { spinWhile } = await import('../reporters/spinner.ts');
  return spinWhile(stderr, text, work);
}
