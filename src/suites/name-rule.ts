import type { StackInfo } from '../check/stack.ts';

/** Returns the regular expression of names that are the project's, or start with it and a separator. */
export function nameRule({ project = 'meatymusic' }: StackInfo, separator: '-' | '_'): string {
  const words = project.split('-').join(separator);
  return `^${words}(${separator}[a-z0-9]+)*$`;
}
