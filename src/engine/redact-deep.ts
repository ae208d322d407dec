/** The value with `redact` applied to every string in it; what has nothing to hide in it is not copied. */
export function redactDeep<T>(value: T, redact: (text: string) => string): T {
  return redacted(value, redact) as T;
}

function redacted(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (const [index, item] of value.entries()) {
      const shown = redacted(item, redact);
      if (shown === item) continue;
      copy ??= [...value];
      copy[index] = shown;
    }
    return copy ?? value;
  }
  let changed = false;
  const entries = Object.entries(value);
  for (const entry of entries) {
    const [key, item] = entry;
    entry[0] = redact(key);
    entry[1] = redacted(item, redact);
    changed ||= entry[0] !== key || entry[1] !== item;
  }
  return changed ? Object.fromEntries(entries) : value;
}
