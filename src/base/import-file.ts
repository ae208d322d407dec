/** Imports a module by a URL that is known at run time. In a file of its own, because the build replaces it. */
export function importFile(url: string): Promise<Record<string, unknown>> {
  return import(/* @vite-ignore */ url);
}
