/** The value with `redact` applied to every string in it; the value itself where there is nothing to hide. */
export function redactDeep<T>(value: T, redact: (text: string) => string): T {
  const json = JSON.stringify(value);
  if (json === undefined || redact(json) === json) return value;
  return copy(value, redact) as T;
}

function copy(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => copy(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), copy(item, redact)]));
}
