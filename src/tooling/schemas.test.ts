import { expect, it } from 'vitest';
import { schemaDocuments } from './schemas.ts';

/** Returns the paths of the properties that have no description. */
function undescribed(node: unknown, at: string): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, child]) => {
    if (key === 'default' || key === 'enum' || key === 'const') return [];
    if (key !== 'properties') return undescribed(child, at);
    return Object.entries(child as Record<string, { description?: string; $ref?: string }>).flatMap(
      ([name, property]) => [
        ...(property.description || property.$ref ? [] : [`${at}${name}`]),
        ...undescribed(property, `${at}${name}.`),
      ],
    );
  });
}

it('describes every property of every published schema', async () => {
  const missing = Object.entries(await schemaDocuments()).flatMap(([name, schema]) =>
    undescribed(schema, `${name}: `),
  );
  expect([...new Set(missing)]).toEqual([]);
});
