import { readYaml, YamlProblem } from '../../base/yaml.ts';
import { DeclaredProblem } from './problem.ts';

/** Keys and indexes from the top. */
export type Path = readonly (string | number)[];

/** A YAML or JSON text with the line of everything in it. */
export interface DeclaredDocument {
  value: unknown;
  /** `checks.yaml:12`: the line of the value at the path, or of the nearest one around it. */
  where(path: Path): string;
}

/** Parses a text. Adds its problem to `problems` and returns `undefined` if it is invalid. */
export function readDocument(name: string, text: string, problems: string[]): DeclaredDocument | undefined {
  try {
    const { value, locate } = readYaml(text);
    return { value, where: (path) => `${name}:${locate(path).line}` };
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    problems.push(`${name}${error.line === undefined ? '' : `:${error.line}`}: ${error.message}`);
    return undefined;
  }
}

/** Returns each problem with its line, its key and the name of its entry. Throws errors that are no `DeclaredProblem`. */
export function problemTexts(
  document: DeclaredDocument,
  base: Path,
  error: unknown,
  name?: string,
): string[] {
  if (!(error instanceof DeclaredProblem)) throw error;
  return [error, ...error.further].map(({ path, message }) => {
    const key = path.join('.');
    const place = name === undefined ? '' : [key, name].filter(Boolean).join(' of ');
    return `${document.where([...base, ...path])}: ${message}${place ? ` (${place})` : ''}`;
  });
}
