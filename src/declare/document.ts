import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { DeclaredProblem } from './problem.ts';

type Path = readonly (string | number)[];

/** A YAML or JSON text with the line of everything in it. */
export interface DeclaredDocument {
  value: unknown;
  /** `checks.yaml:12`: where the value at the path stands, or the nearest thing around it. */
  where(path: Path): string;
}

/** Adds what is wrong with the text itself to `problems`, and then gives nothing. */
export function readDocument(
  name: string,
  text: string,
  problems: string[],
  lineOffset = 0,
): DeclaredDocument | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    strict: true,
    uniqueKeys: true,
  });
  for (const { message, pos } of document.errors) {
    problems.push(`${name}:${lines.linePos(pos[0]).line + lineOffset}: ${message.split('\n')[0]}`);
  }
  if (document.errors.length > 0) return undefined;
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 1000 });
  } catch (error) {
    problems.push(`${name}: ${(error as Error).message}`);
    return undefined;
  }
  return {
    value,
    where(path) {
      let node: unknown = document.contents;
      let offset = startOf(node);
      for (const key of path) {
        let next: unknown;
        if (isMap(node)) {
          const pair = node.items.find(
            (item) => isScalar(item.key) && String(item.key.value) === String(key),
          );
          if (pair) offset = startOf(pair.key);
          next = pair?.value;
        } else if (isSeq(node)) {
          next = node.items[Number(key)];
          if (next) offset = startOf(next);
        }
        if (next === undefined || next === null) break;
        node = next;
      }
      return `${name}:${lines.linePos(offset).line + lineOffset}`;
    },
  };
}

function startOf(node: unknown): number {
  return (node as { range?: [number, number, number] } | null)?.range?.[0] ?? 0;
}

/** The problem's line in front of its text; what is no `DeclaredProblem` is a defect and thrown on. */
export function problemText(document: DeclaredDocument, base: Path, error: unknown): string {
  if (!(error instanceof DeclaredProblem)) throw error;
  return `${document.where([...base, ...error.path])}: ${error.message}`;
}
