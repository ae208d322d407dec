import { readYaml, YamlProblem } from '../../base/yaml.ts';
import { DeclaredProblem } from './problem.ts';

/** Keys and indexes from the top. */
export type Path = readonly (string | number)[];

/** A YAML or JSON text with the line of everything in it. */
export interface DeclaredDocument {
  value: unknown;
  /** `checks.yaml:12`: where the value at the path stands, or the nearest thing around it. */
  where(path: Path): string;
}

/** Adds what is wrong with the text itself to `problems`, and then gives nothing. */
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

/** The problem's line in front of its text; what is no `DeclaredProblem` is a defect and thrown on. */
export function problemText(document: DeclaredDocument, base: Path, error: unknown): string {
  if (!(error instanceof DeclaredProblem)) throw error;
  return `${document.where([...base, ...error.path])}: ${error.message}`;
}
