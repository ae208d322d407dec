import { cell, generated, page, table } from './text.ts';

interface Node {
  description?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Node>;
  required?: string[];
  additionalProperties?: Node | boolean;
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
}

/** Returns the page of the result document, from its schema. */
export function resultPage(schema: object): string {
  return page([
    '# The result document',
    '',
    generated,
    '',
    'Every report is made from this document. `verify --reporter json` prints it, `verify()` of the library resolves to it, and its JSON Schema is',
    '`meatymusic/schema/result.schema.json`. Secrets are replaced by `[redacted]` before it is made. Durations are in milliseconds.',
    '',
    'A `?` marks a property that may be absent, `[]` the items of a list, `<name>` any key.',
    '',
    ...table(['property', 'type', 'meaning'], rowsOf(schema as Node, '')),
    '',
  ]);
}

function rowsOf(node: Node, at: string): string[][] {
  const rows: string[][] = [];
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const path = `${at}${name}${node.required?.includes(name) ? '' : '?'}`;
    rows.push([`\`${path}\``, cell(typeOf(child)), cell(child.description ?? '')]);
    rows.push(...below(child, path));
  }
  return rows;
}

/** Returns the rows of what is inside a property: of each choice those that no earlier one has. */
function below(node: Node, path: string): string[][] {
  if (node.items) return below(node.items, `${path}[]`);
  const choices = node.anyOf ?? node.oneOf ?? [];
  const inner =
    choices.length > 0 ? choices.flatMap((choice) => below(choice, path)) : rowsOf(node, `${path}.`);
  const others = node.additionalProperties;
  if (typeof others === 'object') inner.push(...below(others, `${path}.<name>`));
  return [...new Map(inner.map((row) => [row[0], row])).values()];
}

function typeOf({ type, const: constant, enum: values, anyOf = [], oneOf = [] }: Node): string {
  if (constant !== undefined) return JSON.stringify(constant);
  if (values) return values.map((value) => JSON.stringify(value)).join(', ');
  const types = [...anyOf, ...oneOf].map(({ type: each }) => each ?? 'any');
  return type ?? ([...new Set(types)].join(', ') || 'any');
}
