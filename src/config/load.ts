import { existsSync } from 'node:fs';
import path from 'node:path';
import { knownSecrets } from '../base/known-secrets.ts';
import { publicNamesOf, secretsOfValue } from '../base/secret-places.ts';
import { type Trust, trustFrom } from '../base/trust.ts';
import { type Environment, envFileNames, processEnvironment, readEnvFiles } from './environment.ts';
import { configFileNames, type Search, searchUpwards } from './find.ts';
import { judgeSettings } from './judge.ts';
import { takeNamedEnvironment } from './named-environment.ts';
import { type FlagSetting, type Origin, type Origins, originOf } from './origin.ts';
import { badConfiguration, type Problem } from './problem.ts';
import { type ConfigSource, readConfigFile } from './read-config-file.ts';
import type { Config } from './schema.ts';
import { lastKey, leavesOf, setValueAt } from './settings.ts';
import { placeIn, takeEnvironment, takeFile } from './sources.ts';
import { takeWaiversFile, waiversFileName } from './waivers-file.ts';

export interface LoadOptions {
  cwd: string;
  env: Environment;
  /** `--config`; default: found upwards from `cwd`. */
  configFile?: string | undefined;
  /** `--env`: name of an environment of the file. Default: none. */
  environment?: string | undefined;
  flags?: readonly FlagSetting[];
  signal?: AbortSignal;
  /** The output of a configuration that is code. */
  onOutput?(text: string): void;
  /** For a configuration that is code. Default 10 s. */
  timeoutMs?: number;
  /** Makes what plugins bring known to the schema. Resolves to the problems of the plugins. Default: nothing is registered. */
  registerPlugins?(
    names: readonly string[],
    root: string,
    signal?: AbortSignal,
  ): Promise<readonly PluginProblem[]>;
}

/** A sentence that begins with the name of the plugin. */
export type PluginProblem = string;

export interface LoadedConfig {
  config: Config;
  origins: Origins;
  /** Folder of the configuration file, else the nearest with a package.json or a repository, else the working folder. */
  root: string;
  file?: string;
  /** The environment of the file that is in force, if any. */
  environment?: string;
  /** Names of all environments of the file. */
  environments?: string[];
  /** How the search ended that found no configuration file, or `undefined` where there is one. */
  search?: Pick<Search, 'end' | 'passedOver'>;
  /** The environment with what `.env` files add. */
  env: Environment;
  /** Every secret value. */
  secrets: string[];
  /** Names of users, databases and hosts: a secret that equals one is not replaced in every text. */
  publicNames: string[];
}

/**
 * Puts the configuration together: defaults < file < environment of the file < `.env` < `.env.local` < environment < flags. Rejects with one
 * `Fault` (78) that names every problem of every source, or with the signal's reason.
 */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const { cwd, env, environment, flags = [] } = options;
  const problems: Problem[] = [];
  const search = searchUpwards(cwd);
  const { file, isNamed } = chooseFile(options, search, problems);
  const root = file ? path.dirname(file) : search.root;
  const planted = plantedIn(root, isNamed ? trustFrom(root) : search.trust, { cwd, file, isNamed });
  if (planted.length > 0) throw badConfiguration([...problems, ...planted]);
  const settings: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  let source: ConfigSource | undefined;
  if (file) {
    const label = labelOf(file, cwd);
    source = await readConfigFile(file, label, options);
    problems.push(...source.problems);
    takeFile(source, label, { settings, origins, problems });
  }
  const secrets = textsOf(settings, secretsOfValue);
  // Problems quote what is wrong.
  knownSecrets.add(...secrets);
  const placeOf = source && file ? placeIn(source.lineOf, labelOf(file, cwd)) : () => '--env';
  const environments = takeNamedEnvironment({ settings, origins, problems, placeOf }, environment);
  const waiversLabel = labelOf(path.join(root, waiversFileName), cwd);
  await takeWaiversFile(root, waiversLabel, { settings, origins, problems }, placeOf);
  const envFiles = readEnvFiles(root);
  problems.push(...envFiles.problems);
  for (const each of [...envFiles.sources, processEnvironment(env)]) takeEnvironment(each, settings, origins);
  for (const { path: at, value, flag } of flags) {
    if (value === undefined) continue;
    setValueAt(settings, at, value);
    origins.set(at, { kind: 'flag', text: flag });
  }
  const whereOf = (at: string): string => {
    const origin = originOf(origins, at);
    // Defaults are sound: what has no origin of its own is an object that the file has, or something missing in one.
    if (!file || (origin.kind !== 'file' && origin.kind !== 'default')) return origin.text;
    const line = source?.lineOf(at) ?? source?.lineOf(at.slice(0, Math.max(0, at.lastIndexOf('.'))));
    return line ? `${labelOf(file, cwd)}:${line}` : labelOf(file, cwd);
  };
  const fromFiles = Object.assign({}, ...envFiles.sources.map(({ variables }) => variables));
  secrets.push(...textsOf(settings, secretsOfValue), ...textsOf(fromFiles, secretsOfValue));
  knownSecrets.add(...secrets);
  const ofPlugins = await options.registerPlugins?.(pluginsIn(settings), root, options.signal);
  const judged = judgeSettings(settings);
  for (const { path: at, message } of judged.config ? [] : judged.problems) {
    problems.push({ where: whereOf(at), path: at, message });
  }
  // Without them, what the plugins would bring is unknown. Otherwise they are reported with the problems of all checks.
  if (problems.length > 0)
    for (const message of ofPlugins ?? []) problems.push({ where: whereOf('plugins'), message });
  if (!judged.config || problems.length > 0) throw badConfiguration(inOrder(problems));
  return {
    config: judged.config,
    origins,
    root,
    ...(environment !== undefined && { environment }),
    ...(environments.length > 0 && { environments }),
    ...(file ? { file } : { search: { end: search.end, passedOver: search.passedOver } }),
    env: { ...fromFiles, ...env },
    secrets: [...new Set(secrets)],
    publicNames: [...textsOf(judged.config, publicNamesOf), ...textsOf(fromFiles, publicNamesOf)],
  };
}

function pluginsIn({ plugins }: Record<string, unknown>): string[] {
  return Array.isArray(plugins) ? plugins.filter((name) => typeof name === 'string') : [];
}

/** The sources in the order in which they were met, each from top to bottom. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const files = problems.map(({ where }) => splitLine(where)[0]);
  return problems.toSorted((a, b) => {
    const [fileA, lineA] = splitLine(a.where);
    const [fileB, lineB] = splitLine(b.where);
    return files.indexOf(fileA) - files.indexOf(fileB) || lineA - lineB;
  });
}

function splitLine(where: string): [file: string, line: number] {
  const [file = '', line = '0'] = where.split(/:(?=\d)/);
  return [file, Number.parseInt(line, 10)];
}

/** `isNamed`: named by the user, and so accepted from any owner. */
function chooseFile(
  { cwd, env, configFile }: LoadOptions,
  { files }: Search,
  problems: Problem[],
): { file: string | undefined; isNamed: boolean } {
  const named = configFile ?? (env.MEATYMUSIC_CONFIG ? path.resolve(cwd, env.MEATYMUSIC_CONFIG) : undefined);
  if (named) {
    if (existsSync(named)) return { file: named, isNamed: true };
    problems.push({
      where: configFile ? '--config' : 'MEATYMUSIC_CONFIG',
      message: `${named} does not exist`,
    });
    return { file: undefined, isNamed: true };
  }
  const [first, ...others] = files;
  for (const other of others) {
    const message = `is beside ${path.basename(first as string)}; keep one of the two`;
    problems.push({ where: labelOf(other, cwd), message });
  }
  return { file: first, isNamed: false };
}

/** Files that are read from a project's folder although nothing names them. */
const impliedNames = [
  ...configFileNames,
  ...envFileNames,
  waiversFileName,
  'migrations',
  ...['compose', 'docker-compose'].flatMap((name) =>
    [name, `${name}.override`].flatMap((each) => [`${each}.yaml`, `${each}.yml`]),
  ),
];

/**
 * Finds what another user may have put into the folder of the project. To work in a folder, or to name a file in it, is
 * to trust what is there, unless other users can write to it.
 */
function plantedIn(
  root: string,
  trust: Trust,
  { cwd, file, isNamed }: { cwd: string; file: string | undefined; isNamed: boolean },
): Problem[] {
  if ((isNamed || root === cwd) && !trust.isOpen(root)) return [];
  return impliedNames.flatMap((name) => {
    const at = path.join(root, name);
    const isConfig = configFileNames.includes(name);
    if (isConfig && (isNamed || at !== file)) return [];
    const reason = trust.file(at);
    if (!reason) return [];
    const way = isConfig ? 'name it with --config to use it' : 'remove it, or make it your own';
    return [{ where: labelOf(at, cwd), message: `${reason}, and is not read: ${way}` }];
  });
}

/** Relative where that is shorter than the whole path. */
function labelOf(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.length < file.length ? relative : file;
}

/** Of each text of the settings, by the last part of its path. */
function textsOf(settings: unknown, find: (name: string, text: string) => string[]): string[] {
  return [...leavesOf(settings)].flatMap(([at, value]) =>
    [value].flat().flatMap((text) => (typeof text === 'string' ? find(lastKey(at), text) : [])),
  );
}
