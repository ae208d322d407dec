/** Names are looked up, not tried: a file may declare ten thousand checks, and each is then a pattern. */
export function anyOf(patterns: readonly string[]): (id: string) => boolean {
  const names = new Set(patterns.map(withoutSlash));
  const globs = patterns.filter(isGlob).map(globMatcher);
  return (id) => prefixesOf(id).some((prefix) => names.has(prefix)) || globs.some((matches) => matches(id));
}

export const isGlob = (pattern: string) => /[*?]/.test(pattern);

export const withoutSlash = (pattern: string) => (pattern.endsWith('/') ? pattern.slice(0, -1) : pattern);

/** `a/b/c` → `a`, `a/b`, `a/b/c`: the areas that hold the id, and the id. */
export function prefixesOf(id: string): string[] {
  const parts = id.split('/');
  return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
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
