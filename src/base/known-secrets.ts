import { createRedactor } from './redact.ts';

/**
 * Redactor of all known secrets: of the environment, the configuration, the checks and the stack. One per process, so
 * that code that cuts, folds or escapes text can redact it first.
 */
export const knownSecrets = createRedactor();
