import { isPlainObject } from '../base/plain-object.ts';

/** Every value that is not a plain object, with its path. An empty object counts as a value. */
export function* leavesOf(value: unknown, path = ''): Generator<[path: string, value: unknown]> {
  if (isPlainObject(value) && (path === '' || Object.keys(value).length > 0)) {
    for (const [key, child] of Object.entries(value))
      yield* leavesOf(child, path === '' ? key : `${path}.${key}`);
  } else {
    yield [path, value];
  }
}

/** The name of the value at the path. */
export function lastKey(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

export function valueAt(root: unknown, path: string): unknown {
  let at = root;
  for (const key of path.split('.')) {
    if (!isPlainObject(at) || !Object.hasOwn(at, key)) return undefined;
    at = at[key];
  }
  return at;
}

/** Sets a value, with objects on the way as needed. Leaves alone what is not an object: the schema will name it. */
export function setValueAt(root: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() as string;
  let at = root;
  for (const key of keys) {
    at[key] ??= {};
    const next = at[key];
    if (!isPlainObject(next)) return;
    at = next;
  }
  at[last] = value;
}

/** Deeper than any configuration. */
const maxDepth = 64;

/** Problems that no schema reports: `__proto__` as a name, a changed prototype of an object, nesting without end. */
export function* structuralProblems(
  value: unknown,
  path = '',
  depth = 0,
): Generator<{ path: string; message: string }> {
  if (typeof value === 'function' || typeof value === 'symbol')
    yield { path, message: `is a ${typeof value}` };
  if (typeof value !== 'object' || value === null) return;
  if (depth > maxDepth) {
    yield { path, message: `is nested deeper than ${maxDepth} levels, or holds itself` };
  } else if (!Array.isArray(value) && !isPlainObject(value)) {
    yield {
      path,
      message: 'is not a plain object (its prototype was changed, or it is an instance of a class)',
    };
  } else {
    for (const [key, child] of Object.entries(value)) {
      const childPath = path === '' ? key : `${path}.${key}`;
      if (key === '__proto__') yield { path: childPath, message: 'is not allowed as a name' };
      else yield* structuralProblems(child, childPath, depth + 1);
    }
  }
}

/** Returns a copy without the values that `structuralProblems` reports, so that the rest can be judged, and the user's module is unchanged. */
export function soundCopy(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) return depth >= maxDepth ? [] : value.map((child) => soundCopy(child, depth + 1));
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (!isPlainObject(value)) return typeof value === 'object' && value !== null ? {} : value;
  if (depth >= maxDepth) return {};
  const entries = Object.entries(value).filter(([key]) => key !== '__proto__');
  return Object.fromEntries(entries.map(([key, child]) => [key, soundCopy(child, depth + 1)]));
}
