/** The schemas that are published, each under `meatymusic/schema/<name>.schema.json`. */
import { z } from 'zod';
import { configSchema } from '../config/schema.ts';
import { checksFileSchema } from '../declare/schema.ts';
import { resultSchema } from '../reporters/result-schema.ts';

export function schemas(): Record<string, object> {
  return {
    config: { title: 'Configuration of meatymusic', ...z.toJSONSchema(configSchema, { io: 'input' }) },
    checks: {
      title: 'Declared checks of meatymusic',
      ...z.toJSONSchema(checksFileSchema, { io: 'input', unrepresentable: 'any', reused: 'ref' }),
    },
    result: { title: 'Result document of meatymusic verify', ...z.toJSONSchema(resultSchema) },
  };
}

/** The configuration's schema as `src/config/quick.ts` reads it: what people are told of a setting left out. */
export function configShape(): object {
  return z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      delete jsonSchema.description;
    },
  });
}
