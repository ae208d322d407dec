import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** The kind of a detected service, as the configuration names it. */
export type DetectedKind = 'api' | 'web' | 'postgres' | 'redis' | 'process' | 'tcp';

/** A service that the project describes somewhere. */
export interface DetectedService {
  /** As its source names it: the service in the compose file, the folder, the line of the Procfile. */
  name: string;
  kind: DetectedKind;
  /** What the guess is based on, for the comment in the configuration. */
  why: string;
  start: { compose: string } | { command: string; cwd?: string } | { url: string };
  /** The folder of its source, relative to the project. */
  source?: string;
  /** On the host. */
  port?: number;
  healthPath?: string;
  /** Protocol that answers at its port now. */
  answers?: string;
  /** Names, as the source has them. */
  dependsOn?: string[];
}

/** A migration tool of a project. */
export interface DetectedMigrations {
  tool: string;
  command: string;
  /** Exits with 0 if nothing is pending. */
  check?: string;
  cwd?: string;
  why: string;
  /** Why the command is not certain to migrate the database of this stack. Absent: it is. */
  doubt?: string;
}

/** A folder of the project, read once. */
export interface Folder {
  /** Absolute. */
  path: string;
  /** Relative to the project; `.` for the project itself. */
  name: string;
  files: ReadonlySet<string>;
}

/** Names of services that work without being asked over the network. */
export const workerName =
  /(?:^|[-_])(workers?|queues?|celery|beat|sidekiq|scheduler|cron|jobs?|consumers?|horizon)(?:$|[-_])/i;

const largestFile = 512 * 1024;

export function readFolder(root: string, name = '.'): Folder {
  const full = path.join(root, name);
  return { path: full, name: name === '' ? '.' : name, files: new Set(namesIn(full)) };
}

/** Returns the text of a file in the folder; `undefined` if there is none, or it is larger than 512 kB. */
export function readText({ path: folder }: Folder, name: string): string | undefined {
  try {
    const text = readFileSync(path.resolve(folder, name), 'utf8');
    return text.length > largestFile ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Folders without those of tools. */
export function foldersIn(root: string, name: string): string[] {
  const full = path.join(root, name);
  return namesIn(full)
    .filter((each) => !/^\.|^(node_modules|dist|build|target|venv|vendor)$/.test(each))
    .filter((each) => statSync(path.join(full, each), { throwIfNoEntry: false })?.isDirectory())
    .sort()
    .map((each) => path.posix.join(name, each));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const sourceFile = /\.(?:[cm]?[jt]s|py|rb|go)$/;
const healthPath = /['"`](\/(?:[\w-]+\/){0,3}(?:healthz?|livez|liveness|readyz|ping|status|up))['"`]/;

/** Returns the path of a health endpoint that the source names, the shortest one. */
export function healthPathIn(folder: Folder): string | undefined {
  const found = sourceTexts(folder).flatMap((text) => {
    const [, one] = healthPath.exec(text) ?? [];
    return one ? [one] : [];
  });
  return found.sort((one, other) => one.length - other.length)[0];
}

/** Returns the port that a command line names. */
export function portOfCommand(command: string): number | undefined {
  const [, port] = /(?:\bPORT=|(?:--port|-p)[ =]|(?:--bind|-b)[ =]\S*:)(\d{2,5})\b/.exec(command) ?? [];
  return port ? Number(port) : undefined;
}

/** Returns the port that the source listens on by default. */
export function portIn(folder: Folder): number | undefined {
  for (const text of sourceTexts(folder)) {
    const [, port] =
      /\bPORT\b['"\])]*\s*(?:\|\||\?\?|,)\s*['"]?(\d{4,5})|\.listen\(\s*\{?\s*(?:port:\s*)?(\d{4,5})/
        .exec(text)
        ?.filter(Boolean) ?? [];
    if (port) return Number(port);
  }
  return undefined;
}

/** The sources at the top, in `src`, `app` and `server`; enough to find where a service listens. */
function sourceTexts(folder: Folder): string[] {
  return ['.', 'src', 'app', 'server'].flatMap((name) => {
    const inner = readFolder(folder.path, name);
    return [...inner.files]
      .filter((file) => sourceFile.test(file))
      .slice(0, 40)
      .flatMap((file) => readText(inner, file) ?? []);
  });
}
