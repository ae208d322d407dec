/**
 * Returns a count with its noun in singular or plural. Default plural: the noun with an `s`.
 *
 * @example
 * counted(1, 'span'); // '1 span'
 * counted(2, 'entry', 'entries'); // '2 entries'
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
