import { nearest } from '../base/nearest.ts';
import { isPlainObject } from '../base/plain-object.ts';
import { judgeSettings } from './judge.ts';
import type { Origin } from './origin.ts';
import type { Problem } from './problem.ts';
import { leavesOf, setValueAt, valueAt } from './settings.ts';

type Settings = Record<string, unknown>;

interface Sources {
  /** Settings of the file, which are changed. */
  settings: Settings;
  origins: Map<string, Origin>;
  problems: Problem[];
  /** Returns the place of a setting in the file. */
  placeOf(path: string): string;
}

/**
 * Takes `environments` out of the settings and merges the named one over the rest. Problems of the others are reported as
 * well: an environment is not for the first time judged on the day it is needed. Returns the names of all.
 */
export function takeNamedEnvironment(
  { settings, origins, problems, placeOf }: Sources,
  name: string | undefined,
): string[] {
  const { environments } = settings;
  delete settings.environments;
  if (environments !== undefined && !isPlainObject(environments)) {
    problems.push({ where: placeOf('environments'), path: 'environments', message: 'is not an object' });
    return [];
  }
  const all = environments ?? {};
  const known = Object.keys(all);
  for (const at of [...origins.keys()]) if (at.startsWith('environments.')) origins.delete(at);
  for (const each of known) {
    problems.push(...problemsOfEnvironment(each, all[each], settings, placeOf));
  }
  if (name === undefined) return known;
  const chosen = Object.hasOwn(all, name) ? all[name] : undefined;
  if (isPlainObject(chosen)) {
    mergeOver(settings, chosen, (at, isRemoved) => {
      for (const below of [...origins.keys()]) if (below.startsWith(`${at}.`)) origins.delete(below);
      const place = placeOf(`environments.${name}.${at}`);
      if (isRemoved) origins.delete(at);
      else origins.set(at, { kind: 'named-environment', text: `${place} (environment ${name})` });
    });
  } else if (!Object.hasOwn(all, name)) {
    const near = nearest(name, known);
    const others = known.length > 0 ? `; known: ${known.join(', ')}` : '; the configuration has none';
    const message = `there is no environment "${name}"${near ? `; did you mean "${near}"?` : others}`;
    problems.push({ where: '--env', message });
  }
  return known;
}

/** Only what the file alone does not have. */
function problemsOfEnvironment(
  name: string,
  given: unknown,
  settings: Settings,
  placeOf: Sources['placeOf'],
): Problem[] {
  const path = `environments.${name}`;
  if (!isPlainObject(given)) return [{ where: placeOf(path), path, message: 'is not an object of settings' }];
  if (Object.hasOwn(given, 'environments'))
    return [{ where: placeOf(path), path: `${path}.environments`, message: 'is known at the top alone' }];
  const merged = structuredClone(settings);
  mergeOver(merged, structuredClone(given), () => {});
  const before = new Set(problemsIn(settings).map(({ path: at, message }) => `${at} ${message}`));
  return problemsIn(merged)
    .filter(({ path: at, message }) => !before.has(`${at} ${message}`))
    .map(({ path: at, message }) => ({ where: placeOf(`${path}.${at}`), path: `${path}.${at}`, message }));
}

function problemsIn(settings: Settings) {
  const judged = judgeSettings(settings);
  return judged.config ? [] : judged.problems;
}

/** Settings of which one key says what the object is: another form replaces it. */
const forms: readonly [path: RegExp, keys: readonly string[]][] = [
  [/^services\.[^.]+\.start$/, ['compose', 'command', 'embedded']],
  [/^services\.[^.]+\.start\.ready$/, ['http', 'port', 'log', 'command']],
  [/^services\.[^.]+\.log$/, ['file', 'command']],
];

/**
 * Merges the settings of an environment into those of the file. An environment that names addresses and no `runtime`
 * describes a stack that runs elsewhere: nothing of it is started or looked for here.
 */
function mergeOver(
  settings: Settings,
  over: Settings,
  onChange: (path: string, isRemoved: boolean) => void,
): void {
  const services = isPlainObject(over.services) ? over.services : {};
  const runsElsewhere =
    over.runtime === 'external' ||
    (over.runtime === undefined &&
      Object.values(services).some((each) => isPlainObject(each) && 'url' in each));
  if (runsElsewhere && isPlainObject(settings.services)) {
    for (const [name, service] of Object.entries(settings.services)) {
      if (!isPlainObject(service) || !('start' in service)) continue;
      delete service.start;
      onChange(`services.${name}.start`, true);
    }
  }
  for (const [path, value] of leavesOf(over)) {
    if (path === '') continue;
    for (const parent of parentsOf(path)) {
      const [, keys = []] = forms.find(([pattern]) => pattern.test(parent)) ?? [];
      const [before, after] = [valueAt(settings, parent), valueAt(over, parent)];
      const formOf = (object: unknown) =>
        keys.find((key) => isPlainObject(object) && Object.hasOwn(object, key));
      if (formOf(after) !== undefined && formOf(before) !== undefined && formOf(after) !== formOf(before)) {
        setValueAt(settings, parent, {});
        onChange(parent, true);
      }
    }
    const isEmptyMerge = isPlainObject(value) && isPlainObject(valueAt(settings, path));
    if (isEmptyMerge) continue;
    setValueAt(settings, path, value);
    if (!isPlainObject(value)) onChange(path, false);
  }
  if (runsElsewhere && over.runtime === undefined) {
    settings.runtime = 'external';
    onChange('runtime', false);
  }
}

function parentsOf(path: string): string[] {
  const keys = path.split('.');
  return keys.slice(1).map((_, index) => keys.slice(0, index + 1).join('.'));
}
