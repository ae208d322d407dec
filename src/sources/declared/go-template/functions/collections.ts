import { isDeepStrictEqual } from 'node:util';
import { isTrue, member, printed } from '../values.ts';

type Map = Record<string, unknown>;

/** Lists and maps. Nothing is changed in place but by `set`. */
export const collectionFunctions = {
  mkSlice: (...items: unknown[]) => items,
  list: (...items: unknown[]) => items,
  join: (separator: string, items: unknown) => [items].flat().map(printed).join(separator),
  splitList: (separator: string, text: unknown) => String(text).split(separator),
  split: (separator: string, text: unknown) =>
    Object.fromEntries(
      String(text)
        .split(separator)
        .map((part, index) => [`_${index}`, part]),
    ),
  first: (items: unknown[]) => items[0],
  last: (items: unknown[]) => items.at(-1),
  rest: (items: unknown[]) => items.slice(1),
  initial: (items: unknown[]) => items.slice(0, -1),
  slice: (items: unknown[] | string, from = 0, to?: number) => items.slice(from, to),
  append: (items: unknown[], item: unknown) => [...items, item],
  prepend: (items: unknown[], item: unknown) => [item, ...items],
  concat: (...lists: unknown[][]) => lists.flat(),
  reverse: (items: unknown[]) => items.toReversed(),
  uniq: (items: unknown[]) =>
    items.filter((item, at) => items.findIndex((other) => isDeepStrictEqual(item, other)) === at),
  compact: (items: unknown[]) => items.filter(isTrue),
  has: (item: unknown, items: unknown[]) => items.some((other) => isDeepStrictEqual(item, other)),
  without: (items: unknown[], ...others: unknown[]) =>
    items.filter((item) => !others.some((other) => isDeepStrictEqual(item, other))),
  sortAlpha: (items: unknown[]) => items.map(printed).sort(),
  toStrings: (items: unknown[]) => items.map(printed),
  dict: (...pairs: unknown[]) => {
    const made: Map = {};
    for (let at = 0; at < pairs.length; at += 2) made[String(pairs[at])] = pairs[at + 1] ?? '';
    return made;
  },
  keys: (...maps: Map[]) => maps.flatMap((map) => Object.keys(map)),
  values: (map: Map) => Object.values(map),
  pick: (map: Map, ...names: string[]) =>
    Object.fromEntries(Object.entries(map).filter(([name]) => names.includes(name))),
  omit: (map: Map, ...names: string[]) =>
    Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name))),
  merge: (...maps: Map[]) => Object.assign({}, ...maps.toReversed()) as Map,
  get: (value: unknown, key: string) => member(value, key) ?? '',
  set: (map: Map, key: string, value: unknown) => {
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    return map;
  },
  hasKey: (value: unknown, key: string) => member(value, key) !== undefined,
  index: (value: unknown, ...keys: unknown[]) =>
    keys.reduce<unknown>((found, key) => {
      const length = Array.isArray(found) ? found.length : undefined;
      if (length !== undefined && !(Number(key) >= 0 && Number(key) < length))
        throw new Error(`there is no element ${String(key)} in a list of ${length}`);
      return member(found, key);
    }, value),
  len: (value: unknown) => {
    if (typeof value === 'string') return Buffer.byteLength(value);
    if (Array.isArray(value)) return value.length;
    if (typeof value === 'object' && value !== null) return Object.keys(value).length;
    throw new Error(`${printed(value)} has no length`);
  },
};
