/** Returns the text without secrets; a note instead of it if the redaction fails. */
export function redactOrOmit(text: string, redact: (text: string) => string = (all) => all): string {
  try {
    return redact(text);
  } catch {
    return '(omitted: it cannot be redacted)';
  }
}

/** The value with `redact` applied to every string in it; what has nothing to hide in it is not copied. */
export function redactDeep<T>(value: T, redact: (text: string) => string): T {
  return redacted(value, redact) as T;
}

function redacted(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return redactedList(value, redact);
  // Anything else than an object has no keys.
  const members = value as Record<string, unknown>;
  for (const key in members) {
    const item = members[key];
    if (redact(key) !== key || redacted(item, redact) !== item) return redactedCopy(members, redact);
  }
  return value;
}

function redactedList(list: unknown[], redact: (text: string) => string): unknown[] {
  let copy: unknown[] | undefined;
  list.forEach((item, index) => {
    const shown = redacted(item, redact);
    if (shown === item) return;
    copy ??= [...list];
    copy[index] = shown;
  });
  return copy ?? list;
}

function redactedCopy(value: object, redact: (text: string) => string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redact(key), redacted(item, redact)]),
  );
}
