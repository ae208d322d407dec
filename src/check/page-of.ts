/** Returns the address of the page of a built-in check within the package, as `meatymusic/docs/checks/api/health.md`; `undefined` for other checks. */
export function pageOf({ source }: { source: string }): string | undefined {
  return source.startsWith('checks/') ? `meatymusic/docs/${source.replace(/\.ts$/, '.md')}` : undefined;
}
