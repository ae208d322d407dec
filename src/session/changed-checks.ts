import path from 'node:path';
import { codeOf, Fault, messageOf } from '../base/errors.ts';
import { ExitCode } from '../base/exit-code.ts';
import { counted } from '../check/counted.ts';
import type { Check } from '../check/define-check.ts';
import type { Project } from '../config/project.ts';
import { waiversFileName } from '../config/waivers-file.ts';
import { optInTag, serviceJudgedBy } from '../engine/select.ts';
import { serviceNames, settingsOf } from '../services/index.ts';
import { runGit } from './revision.ts';

export interface ChangedChecks {
  ids: string[];
  /** Why these, for the user. */
  notice: string;
}

/**
 * Resolves to the checks that a change since a commit concerns: committed on this branch, not committed, or new. Rejects
 * with a `Fault`: 78 outside of a repository, 2 for a commit that does not exist, and where no check is concerned.
 */
export async function findChangedChecks(
  project: Project,
  checks: readonly Check[],
  since: string,
): Promise<ChangedChecks> {
  const files = await changedFiles(project.root, since);
  const concerned = concernedBy(project, checks, files);
  const what = `${counted(files.length, 'file')} changed since ${since}`;
  const ids = checks
    .filter((check) => concerned.has(check.id) && !check.tags?.includes(optInTag))
    .map(({ id }) => id);
  if (ids.length > 0) return { ids, notice: `${what}: ${counted(ids.length, 'check')} of ${checks.length}` };
  throw new Fault({
    code: 'nothing-selected',
    message: files.length === 0 ? `no file changed since ${since}` : `${what}, and no check is concerned`,
    hint: 'meatymusic verify',
    exitCode: ExitCode.usage,
  });
}

/** Resolves to absolute paths. A file that was moved counts with both names. */
async function changedFiles(root: string, since: string): Promise<string[]> {
  const top = await topOf(root);
  const commit = await runGit(top, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${since}^{commit}`,
  ]).catch((cause) => {
    throw new Fault({
      code: 'unknown-commit',
      message: `--changed: there is no commit ${since}`,
      hint: 'patterns are before --changed: meatymusic verify api --changed; in CI, fetch the history',
      exitCode: ExitCode.usage,
      cause,
    });
  });
  // What others committed to the other branch since is no change of this one.
  const base = await runGit(top, ['merge-base', commit.trim(), 'HEAD']).catch(() => commit);
  const [changed, added] = await Promise.all([
    runGit(top, ['diff', '--name-only', '--no-renames', '-z', base.trim(), '--']),
    runGit(top, ['ls-files', '--others', '--exclude-standard', '-z']),
  ]);
  const names = `${changed}\0${added}`.split('\0').filter((name) => name !== '');
  return [...new Set(names)].map((name) => path.join(top, name));
}

async function topOf(root: string): Promise<string> {
  try {
    // Relative, so that a project that is reached by a link keeps its path.
    return path.resolve(root, (await runGit(root, ['rev-parse', '--show-cdup'])).trimEnd());
  } catch (cause) {
    const isMissing = codeOf(cause) === 'ENOENT';
    throw new Fault({
      code: 'no-repository',
      message: isMissing ? '--changed needs git, which is not installed' : `${root} is in no git repository`,
      details: isMissing ? [] : [messageOf(cause).split('\n').at(-1) ?? ''].filter(Boolean),
      hint: 'meatymusic verify, without --changed',
      exitCode: ExitCode.config,
      cause,
    });
  }
}

/** Returns the ids of the checks that one of the files concerns, by the first rule that knows the file. */
function concernedBy(
  project: Project,
  checks: readonly Check[],
  files: readonly string[],
): ReadonlySet<string> {
  const { config, root, file: configFile } = project;
  const all = checks;
  const at = (name: string) => path.resolve(root, name);
  const folders = serviceFolders(project);
  const settings = new Set([configFile, ...composeFiles(project)]);
  const checkFolders = [config.checks].flat().map(at);
  const migrations = at(config.migrations.folder ?? 'migrations');
  const sourceOf = ({ source }: Check) => at(source.replace(/:\d+$/, ''));
  const own = [config.checkFiles, config.gossfiles].flat().map(at);
  const rulesFor = (file: string): readonly Check[] => {
    const name = path.basename(file);
    if (isInside(file, at('.meatymusic')) || name.endsWith('.md') || name === waiversFileName) return [];
    if (settings.has(file) || (name.startsWith('.env') && path.dirname(file) === root)) return all;
    const ofSource = all.filter((check) => sourceOf(check) === file);
    if (ofSource.length > 0) return ofSource;
    if (own.includes(file)) return all;
    const folder = checkFolders.find((each) => isInside(file, each));
    // The sources of the built-in checks are relative paths, and no files of the project.
    if (folder) return all.filter(({ source }) => path.isAbsolute(source) && isInside(source, folder));
    if (isInside(file, migrations)) return all.filter((check) => usesService(check, 'database'));
    const services = folders.known.filter((each) => isInside(file, each.folder));
    if (services.length > 0)
      return all.filter((check) => services.some(({ name: each }) => usesService(check, each)));
    return folders.isComplete ? [] : all;
  };
  return new Set(files.flatMap((file) => rulesFor(file).map(({ id }) => id)));
}

/** The folders of the code of the services. Of a service that is not started by a command the folder is not known. */
function serviceFolders({ config, root }: Project) {
  const { services } = config;
  const built = serviceNames(services).flatMap((name) => {
    const { kind, start, enabled } = settingsOf(services, name) as {
      kind: string;
      enabled?: boolean;
      start?: object;
    };
    if (enabled === false || kind === 'postgres' || kind === 'redis' || kind === 'tcp') return [];
    const { cwd } = (start ?? {}) as { cwd?: string };
    return [{ name, folder: cwd === undefined ? undefined : path.resolve(root, cwd) }];
  });
  const known = built.flatMap(({ name, folder }) => (folder === undefined ? [] : [{ name, folder }]));
  return { known, isComplete: known.length === built.length };
}

function composeFiles({ config, root }: Project): string[] {
  const named = [config.compose.file ?? []].flat();
  const implied = ['compose', 'docker-compose'].flatMap((name) =>
    [name, `${name}.override`].flatMap((each) => [`${each}.yaml`, `${each}.yml`]),
  );
  return [...named, ...implied].map((name) => path.resolve(root, name));
}

function usesService(check: Check, name: string): boolean {
  const { service, uses = [], dependsOn = [] } = check;
  return (
    service === name ||
    serviceJudgedBy(check) === name ||
    uses.includes(name as never) ||
    dependsOn.includes(name)
  );
}

function isInside(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder}${path.sep}`);
}
