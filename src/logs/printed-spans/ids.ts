/** 32 hexadecimal digits, not all zero, in any notation: `0x…`, upper case, `projects/p/traces/…`, a UUID, `1-…-…` of X-Ray. */
export function traceIdOf(value: unknown): string | undefined {
  return identifier(value, 32);
}

/** 16 hexadecimal digits, not all zero, with or without `0x`. */
export function spanIdOf(value: unknown): string | undefined {
  return identifier(value, 16);
}

function identifier(value: unknown, digits: 16 | 32): string | undefined {
  if (typeof value !== 'string') return undefined;
  const bare = value
    .slice(value.lastIndexOf('/') + 1)
    .replace(/^(?:0x|(?:root=)?1-(?=[0-9a-f]{8}-[0-9a-f]{24}$))/i, '')
    .replaceAll('-', '')
    .toLowerCase();
  if (bare.length !== digits || !/^[0-9a-f]+$/.test(bare) || /^0+$/.test(bare)) return undefined;
  return bare;
}
