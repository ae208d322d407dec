import { parseEnv } from 'node:util';
import { migrationsIn } from './migrations.ts';
import { type PackageManager, packagesOf } from './node.ts';
import {
  type DetectedMigrations,
  type DetectedService,
  type Folder,
  readFolder,
  readText,
} from './project.ts';

/** The tool of a project if it is certain what it migrates; else those that were found. */
interface Choice {
  migrations?: DetectedMigrations;
  candidates: DetectedMigrations[];
}

/** Looks for migration tools in the project, its packages and the sources of its services. A command that is not certain would be a guess that writes. */
export function chooseMigrations(
  root: Folder,
  services: readonly DetectedService[],
  manager: PackageManager | undefined,
): Choice {
  const names = new Set([
    '.',
    ...packagesOf(root).map(({ name }) => name),
    ...services.flatMap(({ source }) => source ?? []),
  ]);
  const tools = [...names].flatMap((name) => {
    const folder = readFolder(root.path, name);
    return migrationsIn(folder, manager).map((tool) => {
      const doubt = tool.doubt ?? doubtOfStack(name, services) ?? doubtOfVariables([root, folder], services);
      return doubt ? { ...tool, doubt } : tool;
    });
  });
  const [only, ...more] = tools;
  if (only && more.length === 0 && only.doubt === undefined) return { migrations: only, candidates: [] };
  const doubt = 'there are several migration tools';
  return { candidates: more.length > 0 ? tools.map((tool) => ({ doubt, ...tool })) : tools };
}

function doubtOfStack(folder: string, services: readonly DetectedService[]): string | undefined {
  const databases = services.filter(({ kind }) => kind === 'postgres');
  if (databases.length === 0) return 'no PostgreSQL was found that the stack starts';
  if (databases.length > 1) return 'there are several databases';
  if (databases[0]?.port === undefined) return 'the database publishes no port, so it is not known from here';
  const container = services.find(({ start, source }) => source === folder && 'compose' in start);
  return container && `${container.name} is a container, and may be where it has to run`;
}

const hostVariable = /(?:DATABASE|DB|POSTGRES\w*|PG)_?(?:\w*_)?(?:URL|URI|DSN|HOST|HOSTNAME|SERVER)$/i;
const portVariable = /^(?:\w+_)?(?:DATABASE|DB|POSTGRES\w*|PG)_?PORT$/i;
const local = /^(?:localhost|127\.[\d.]+|::1|\[::1\]|0\.0\.0\.0|host\.docker\.internal|)$/i;

/** A tool that reads variables of its own migrates the database that those name, whatever the stack is. */
function doubtOfVariables(
  folders: readonly Folder[],
  services: readonly DetectedService[],
): string | undefined {
  const database = services.find(({ kind }) => kind === 'postgres');
  const names = new Set(services.map(({ name }) => name));
  const isOwn = (host: string) => local.test(host) || names.has(host);
  for (const folder of new Set(folders)) {
    for (const file of ['.env', '.env.local', 'alembic.ini']) {
      const text = readText(folder, file);
      if (text === undefined) continue;
      for (const [, host = '', port] of text.matchAll(
        /postgres\w*(?:\+\w+)?:\/\/(?:[^@\s/]*@)?([^:/\s?]*)(?::(\d+))?/gi,
      )) {
        if (!isOwn(host)) return `${file} names a database on another host`;
        if (local.test(host) && Number(port ?? 5432) !== database?.port)
          return `${file} names a database on another port`;
      }
      if (file === 'alembic.ini') continue;
      for (const [name, value = ''] of Object.entries(parseEnv(text))) {
        if (hostVariable.test(name) && !value.includes('/') && !isOwn(value))
          return `${file}: ${name} names another host`;
        if (portVariable.test(name) && value !== '' && Number(value) !== database?.port)
          return `${file}: ${name} names another port`;
      }
    }
  }
  return undefined;
}
