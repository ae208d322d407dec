import { collectionFunctions } from './collections.ts';
import { environmentFunctions } from './environment.ts';
import { logicFunctions } from './logic.ts';
import { numberFunctions } from './numbers.ts';
import { textFunctions } from './text.ts';

export type TemplateFunctions = Readonly<Record<string, (...args: never[]) => unknown>>;

/** Go's own, goss's, and those of Sprig that tests have a use for; `env` and `getEnv` see the given environment alone. */
export function templateFunctions(env: Readonly<Record<string, string | undefined>>): TemplateFunctions {
  return {
    ...logicFunctions,
    ...numberFunctions,
    ...textFunctions,
    ...collectionFunctions,
    ...environmentFunctions(env),
  };
}
