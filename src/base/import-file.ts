/** Imports a module whose address is known only now. Alone in its file, as the build puts another in its place. */
export function importFile(url: string): Promise<Record<string, unknown>> {
  return import(/* @vite-ignore */ url);
}
