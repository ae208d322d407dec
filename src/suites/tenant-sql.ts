/** Parts of SQL text. */

export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

export function qualified({ schema, name }: { schema: string; name: string }): string {
  return `${quote(schema)}.${quote(name)}`;
}

/** Returns a literal that is read in the same way whatever `standard_conforming_strings` is. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted}` : quoted;
}

/** Returns a type without a length: `character` alone is one of a single character. */
export function castOf({ type }: { type: string }): string {
  return type === 'character' ? 'bpchar' : type;
}

export function arrayOf(column: { type: string }): string {
  return `${castOf(column)}[]`;
}
