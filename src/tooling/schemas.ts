/** The schemas that are published, each under `meatymusic/schema/<name>.schema.json`. */
import { z } from 'zod';
import { configSchema } from '../config/schema.ts';
import { resultSchema } from '../reporters/result-schema.ts';

export function schemas(): Record<string, object> {
  return {
    config: { title: 'Configuration of meatymusic', ...z.toJSONSchema(configSchema, { io: 'input' }) },
    result: { title: 'Result document of meatymusic verify', ...z.toJSONSchema(resultSchema) },
  };
}
