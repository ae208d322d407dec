/** Names are looked up, not tried: a file may declare ten thousand checks, and each is then a pattern. */
export function anyOf(patterns: readonly string[]): (id: string) => boolean {
  const names = new Set(patterns.filter((pattern) => !isGlob(pattern)).map(withoutSlash));
  const globs = patterns.filter(isGlob).map(globMatcher);
  if (names.size === 0 && globs.length === 0) return () => false;
  return (id) =>
    names.has(id) ||
    prefixesOf(id).some((prefix) => names.has(prefix)) ||
    globs.some((matches) => matches(id));
}

export const isGlob = (pattern: string) => /[*?]/.test(pattern);

export const withoutSlash = (pattern: string) => (pattern.endsWith('/') ? pattern.slice(0, -1) : pattern);

/** `a/b/c` → `a/b/c`, `a`, `a/b`: the id and the areas that hold it. */
export function prefixesOf(id: string): string[] {
  const prefixes = [id];
  for (let at = id.indexOf('/'); at > 0; at = id.indexOf('/', at + 1)) prefixes.push(id.slice(0, at));
  return prefixes;
}

/** `*` matches anything within a part of the id, `**` for anything, `?` for one character. */
export function globMatcher(pattern: string): (id: string) => boolean {
  const source = pattern.replace(/\*\*|[*?]|[.+^${}()|[\]\\]/g, (part) => {
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : `\\${part}`;
  });
  const regexp = new RegExp(`^${source}$`);
  return (id) => regexp.test(id);
}
