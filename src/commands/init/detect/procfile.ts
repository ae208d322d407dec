import { type DetectedService, type Folder, portOfCommand, readText } from './project.ts';

const listening = /^(?:web|api|server|backend|app|rails)$/;
const worker = /worker|sidekiq|queue|jobs?$|celery|beat|clock|scheduler/;

/**
 * Returns the processes of a Procfile. One listens on `PORT` by its name or its command, the others do not listen;
 * `release` is no process that stays.
 */
export function servicesOfProcfile(root: Folder, file: 'Procfile.dev' | 'Procfile'): DetectedService[] {
  const text = readText(root, file) ?? '';
  return [...text.matchAll(/^([A-Za-z][\w-]*):[ \t]*(\S.*)$/gm)].flatMap(([, name = '', command = '']) => {
    if (name === 'release') return [];
    const port = portOfCommand(command);
    const listens = listening.test(name) || (port !== undefined && !worker.test(name));
    const kind = !listens ? 'process' : name === 'web' && rendersPages(root) ? 'web' : 'api';
    return [
      {
        name: name === 'web' && kind === 'api' ? 'api' : name,
        kind,
        why: `${file}: ${name}`,
        start: { command: command.trim() },
        source: '.',
        ...(listens ? { port: port ?? usualPort(command) } : {}),
      },
    ];
  });
}

/** True for a Rails project that is not an API alone. */
function rendersPages(root: Folder): boolean {
  const application = readText(root, 'config/application.rb') ?? '';
  return (
    /^\s*gem ['"]rails['"]/m.test(readText(root, 'Gemfile') ?? '') && !/api_only\s*=\s*true/.test(application)
  );
}

function usualPort(command: string): number {
  return /\b(?:puma|rails)\b/.test(command) ? 3000 : 8000;
}
