import type { Check } from '../check/define-check.ts';
import { checksOfDocument } from './checks-of-document.ts';
import type { DeclaredDocument } from './declared-document.ts';
import { readDocument } from './document.ts';
import { partsOf } from './long-list.ts';
import type { Scope } from './variables.ts';

/** Reads a file of declared checks, a long one in parts. Adds everything that is wrong to `problems`. */
export function readChecksFile(name: string, text: string, scope: Scope, problems: string[]): Check[] {
  return checksOfDocument(name, documentsOf(name, text, problems), scope, problems);
}

function* documentsOf(name: string, text: string, problems: string[]): Generator<DeclaredDocument> {
  for (const [index, part] of partsOf(text).entries()) {
    const document = readDocument(name, part.text, problems, part.lineOffset);
    if (document) yield document;
    else if (index === 0) return;
  }
}
