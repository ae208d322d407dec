import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { DeclaredDocument } from './declared-document.ts';
import { readPlainDocument } from './plain-document.ts';

/** Adds what is wrong with the text itself to `problems`, and then gives nothing. */
export function readDocument(
  name: string,
  text: string,
  problems: string[],
  lineOffset = 0,
): DeclaredDocument | undefined {
  const plain = readPlainDocument(name, text, lineOffset);
  if (plain) return plain;
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
