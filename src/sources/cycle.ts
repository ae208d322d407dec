/** Returns the ids of one cycle of `after` and `blockedBy`, the first one repeated at the end; `undefined` if there is none. */
export function findCycle(before: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  for (const start of before.keys()) {
    if (!before.get(start)?.length) continue;
    const path: { id: string; next: number }[] = [{ id: start, next: 0 }];
    const onPath = new Set([start]);
    while (path.length > 0) {
      const top = path[path.length - 1] as { id: string; next: number };
      const id = before.get(top.id)?.[top.next++];
      if (id === undefined) {
        done.add(top.id);
        onPath.delete(top.id);
        path.pop();
      } else if (onPath.has(id)) {
        const ids = path.map((step) => step.id);
        return [...ids.slice(ids.indexOf(id)), id];
      } else if (!done.has(id) && before.has(id)) {
        path.push({ id, next: 0 });
        onPath.add(id);
      }
    }
  }
  return undefined;
}
