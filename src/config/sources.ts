import { isPlainObject } from '../base/plain-object.ts';
import { type EnvironmentSource, environmentSettings } from './environment.ts';
import type { Origin } from './origin.ts';
import type { Problem } from './problem.ts';
import type { ConfigSource } from './read-config-file.ts';
import { configOf } from './schema.ts';
import { leavesOf, setValueAt, soundCopy, structuralProblems, valueAt } from './settings.ts';

/** Returns a function that returns the file with the line of a setting, or of what is around it. */
export function placeIn(lineOf: ConfigSource['lineOf'], label: string): (at: string) => string {
  return (at) => {
    for (let up = at; up !== ''; up = up.slice(0, Math.max(0, up.lastIndexOf('.')))) {
      const line = lineOf(up);
      if (line) return `${label}:${line}`;
    }
    return label;
  };
}

/** Adds the settings of a file, with the line of each. */
export function takeFile(
  { value, lineOf }: ConfigSource,
  label: string,
  into: { settings: Record<string, unknown>; origins: Map<string, Origin>; problems: Problem[] },
): void {
  const place = (at: string): Origin => ({ kind: 'file', text: placeIn(lineOf, label)(at) });
  const wrong = [...structuralProblems(value)];
  if (wrong.length === 0 && !isPlainObject(value))
    wrong.push({ path: '', message: 'is not an object of settings' });
  for (const { path: at, message } of wrong) {
    into.problems.push({ where: place(at).text, ...(at === '' ? {} : { path: at }), message });
  }
  const sound = isPlainObject(value) ? soundCopy(value) : {};
  Object.assign(into.settings, sound);
  for (const [at, leaf] of leavesOf(sound)) {
    // The values in an empty object are defaults.
    if (!isPlainObject(leaf)) into.origins.set(at, place(at));
  }
}

/** Adds the settings that variables give. */
export function takeEnvironment(
  { variables, originOf: place }: EnvironmentSource,
  settings: Record<string, unknown>,
  origins: Map<string, Origin>,
): void {
  for (const { name, path: at, convert } of environmentSettings) {
    const text = variables[name];
    // Compose and CI systems pass unset variables as empty ones.
    if (text === undefined || text === '') continue;
    const current = () => valueAt(settings, at) ?? valueAt(configOf(), at);
    setValueAt(settings, at, convert ? convert(text, current()) : text);
    origins.set(at, place(name));
  }
}
