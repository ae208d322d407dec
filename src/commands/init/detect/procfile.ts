import { type DetectedService, type Folder, readText } from './project.ts';

/** Returns the processes of a Procfile: `web` listens on `PORT`, the others do not listen. `release` is no process that stays. */
export function servicesOfProcfile(root: Folder): DetectedService[] {
  const file = ['Procfile.dev', 'Procfile'].find((name) => root.files.has(name));
  const text = file === undefined ? undefined : readText(root, file);
  return [...(text ?? '').matchAll(/^([A-Za-z][\w-]*):\s*(\S.*)$/gm)].flatMap(
    ([, name = '', command = '']) => {
      if (name === 'release') return [];
      const listens = name === 'web' || name === 'api' || name === 'server';
      return [
        {
          name: name === 'web' ? 'api' : name,
          kind: listens ? ('api' as const) : ('process' as const),
          why: `${file}: ${name}`,
          start: { command: command.trim() },
          ...(listens ? { port: 8000 } : {}),
        },
      ];
    },
  );
}
