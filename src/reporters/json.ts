import { inertJson } from './inert.ts';
import type { Reporter } from './reporter.ts';

/** The result document itself; its schema is published as `meatymusic/schema/result.schema.json`. */
export const json: Reporter = {
  render: (result) => `${inertJson(JSON.stringify(result, undefined, 2))}\n`,
};
