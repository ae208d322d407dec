export { isLoopback } from './access.ts';
export { isOk, wordsOf } from './answers.ts';
export { type Keeper, type Outcome, startKeeper } from './keeper.ts';
export { createVerdictServer, type VerdictServer } from './server.ts';
