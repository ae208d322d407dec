/** Values that the attempts of one run share. They are closed at the end of the run in reverse order. */
export interface SharedResources {
  /** Creates the value at the first call; later calls with the same key return it. */
  get<T>(key: string, make: () => T, close?: (value: T) => void | Promise<void>): T;
}

export function createSharedResources(): SharedResources & { close(): Promise<void> } {
  const things = new Map<string, { value: unknown; close: () => void | Promise<void> }>();
  return {
    get<T>(key: string, make: () => T, close?: (value: T) => void | Promise<void>) {
      let thing = things.get(key);
      if (!thing) {
        const value = make();
        thing = { value, close: () => close?.(value) };
        things.set(key, thing);
      }
      return thing.value as T;
    },
    async close() {
      const closers = [...things.values()].reverse();
      things.clear();
      for (const { close } of closers) await close();
    },
  };
}
