import { createRedactor } from './redact.ts';

/**
 * Every secret that this process knows: of its environment, its configuration, its checks and the stack. One for the
 * process, so that whatever cuts, folds or escapes text can redact it first.
 */
export const knownSecrets = createRedactor();
