/** `1 span`, `3 spans`; of a noun whose plural has an s of its own, it is given: `counted(2, 'entry', 'entries')`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
