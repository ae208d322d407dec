import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { packageRoot } from '../../base/package-root.ts';
import type { RuntimeContext } from '../context.ts';

/** Which compose files are driven, before anything is asked of the engine. */
export interface ComposeFiles {
  /** Absolute paths, in the order of `-f`. */
  files: string[];
  /** The reference stack's own file: its images, variables and addresses are known. */
  own: boolean;
  /** A file of the tool's own that comes after them: the stack's receiver of spans. */
  override?: string;
  /** `.env` of the project, where compose would not find it by itself. */
  envFile?: string;
}

const ownFile = path.join(packageRoot, 'docker-compose.yml');
const names = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/** The configured files, those in COMPOSE_FILE, the project's (as compose itself looks for it), or the reference stack's. */
export function findComposeFiles({ config, root, env }: RuntimeContext): ComposeFiles {
  const files = namedFiles({ config, root, env });
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) {
    throw new Fault({
      code: 'compose-file-missing',
      message: `there is no compose file ${missing}`,
      hint: 'correct `compose.file` in the configuration (or COMPOSE_FILE); without it the reference stack is started',
      exitCode: ExitCode.config,
    });
  }
  if (files.length === 0) files.push(...defaultFiles(root));
  const own = files.length === 1 && files[0] === ownFile;
  const envFile = path.join(root, '.env');
  return {
    files,
    own,
    ...(path.dirname(files[0] ?? '') !== root && existsSync(envFile) && { envFile }),
  };
}

/** Files that are named, whether they are there or not. */
function namedFiles({ config, root, env }: Pick<RuntimeContext, 'config' | 'root' | 'env'>): string[] {
  const configured = [config.compose.file ?? []].flat();
  const separator = env.COMPOSE_PATH_SEPARATOR || path.delimiter;
  const named = configured.length > 0 ? configured : (env.COMPOSE_FILE?.split(separator) ?? []);
  return named.filter(Boolean).map((file) => path.resolve(root, file));
}

/** Where the project's files are, or were. */
export function possibleFiles(context: RuntimeContext): string[] {
  const named = namedFiles(context);
  if (named.length > 0) return named;
  return names.map((name) => path.join(context.root, name)).filter((file) => file !== ownFile);
}

function defaultFiles(root: string): string[] {
  const name = names.find((candidate) => existsSync(path.join(root, candidate)));
  if (name === undefined) return [ownFile];
  const override = name.replace(/\.ya?ml$/, '.override');
  const overrides = ['.yml', '.yaml'].map((ending) => path.join(root, `${override}${ending}`));
  return [path.join(root, name), ...overrides.filter((file) => existsSync(file)).slice(0, 1)];
}

/** As compose names a project after its folder. */
export function folderProject(folder: string): string {
  return path
    .basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}

/** The reference stack's project below this root: no other clone or project has the same. */
export function ownProject(root: string): string {
  const real = existsSync(root) ? realpathSync(root) : root;
  return `meatymusic-${createHash('sha256').update(real).digest('hex').slice(0, 8)}`;
}
