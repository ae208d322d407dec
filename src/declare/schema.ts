import { z } from 'zod';
import { entrySchema } from './entry.ts';
import { kinds } from './kinds/index.ts';
import { matcherNames } from './matchers/matcher.ts';

/** For editors only: what is read is checked by compiling it, which says more. */
const matcher: z.ZodType = z.lazy(() =>
  z.union([
    z.string(),
    z.number(),
    z.boolean(),
    z.array(matcher).min(1),
    z.strictObject(Object.fromEntries(matcherNames.map((name) => [name, z.unknown().optional()]))),
    z.record(z.string(), z.unknown()),
  ]),
);

const entries = [...kinds.values()].map((kind) =>
  entrySchema(kind, matcher).extend({
    for: z
      .union([z.array(z.unknown()), z.string()])
      .optional()
      .describe('One check for each item: ${item}, ${index}'),
  }),
);

/** A file of declared checks; its JSON Schema is published. */
export const checksFileSchema = z.strictObject({
  $schema: z.string().optional().describe('Address of the JSON Schema, for editors'),
  vars: z.record(z.string(), z.unknown()).optional().describe('Variables: ${name}'),
  defaults: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('What stands in for what an entry does not say'),
  checks: z.array(z.union(entries)).min(1).describe('The checks'),
});
