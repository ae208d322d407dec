/** Returns the first part of an id: `database/connects` is in the area `database`. */
export function areaOf(id: string): string {
  const slash = id.indexOf('/');
  return slash < 0 ? 'other' : id.slice(0, slash);
}
