/** The value with `redact` applied to every string in it; what has nothing to hide in it is not copied. */
export function redactDeep<T>(value: T, redact: (text: string) => string): T {
  return redacted(value, redact) as T;
}

function redacted(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return redactedList(value, redact);
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    if (redact(key) !== key || redacted(item, redact) !== item) return redactedCopy(value, redact);
  }
  return value;
}

function redactedList(list: unknown[], redact: (text: string) => string): unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const shown = redacted(list[index], redact);
    if (shown === list[index]) continue;
    copy ??= [...list];
    copy[index] = shown;
  }
  return copy ?? list;
}

function redactedCopy(value: object, redact: (text: string) => string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redact(key), redacted(item, redact)]),
  );
}
