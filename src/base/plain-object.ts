/** A plain object as people write them; not an array, a date, or an instance of something. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  // A module loader's objects may come from another realm; their prototype is that realm's Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether objects and lists hold each other in more levels than that. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isDeeperThan(child, levels - 1));
}
