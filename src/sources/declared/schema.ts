import { described, mapOf, number, strictMap, v } from '../../base/schema.ts';
import { entrySchema } from './entry.ts';
import { kinds } from './kinds/index.ts';
import { matcherExample } from './matchers/examples.ts';
import { matcherNames } from './matchers/matcher.ts';

/** For editors only: an entry is validated by compiling it, with better messages. */
const expectation: v.GenericSchema = v.lazy(() =>
  v.union([
    v.string(),
    number(),
    v.boolean(),
    v.pipe(v.array(expectation), v.minLength(1)),
    strictMap(
      Object.fromEntries(
        matcherNames.map((name) => [name, described(v.optional(v.unknown()), matcherExample(name).means)]),
      ),
    ),
    mapOf(v.unknown()),
  ]),
);

const repeated = {
  for: described(
    v.optional(v.union([v.array(v.unknown()), v.string()])),
    'One check for each item: ${item}, ${index}',
  ),
};

const entries = [...kinds.values()].map((kind) => entrySchema(kind, expectation, repeated));

/** A file of declared checks; its JSON Schema is published. */
export const checksFileSchema = strictMap({
  $schema: described(v.optional(v.string()), 'Address of the JSON Schema, for editors'),
  vars: described(v.optional(mapOf(v.unknown())), 'Variables: ${name}'),
  defaults: described(v.optional(mapOf(v.unknown())), 'Defaults for what an entry does not define'),
  checks: described(v.pipe(v.array(v.union(entries)), v.minLength(1)), 'The checks'),
});
