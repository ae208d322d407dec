import { includesEffects } from '../check/effects.ts';
import { onlyReads, writtenKeys } from '../check/redis-commands.ts';
import { type DeclaredEffects, refusal, requireEffects } from './effects.ts';

type Args = readonly (string | number)[];
type Send = (name: string, ...args: (string | number)[]) => Promise<unknown>;

/** How long a key of a check may outlive it, in seconds. */
const keptSeconds = 600;

export interface RedisGuard {
  /** Throws what the declared effects do not allow. `send` asks the server whose key it is. */
  before(name: string, args: Args, send: Send): Promise<void>;
  /** Lets what was written expire. */
  after(name: string, args: Args, send: Send): Promise<void>;
}

/**
 * `none` and `rolled-back`: commands that read. `temporary`: beside these, commands that write to keys which this attempt
 * made; each of them expires. `disruptive`: everything.
 */
export function redisGuard(context: DeclaredEffects): RedisGuard {
  const own = new Set<string>();
  const isFree = (name: string, args: Args) =>
    includesEffects(context.effects, 'disruptive') || onlyReads(name, args);
  return {
    async before(name, args, send) {
      if (isFree(name, args)) return;
      const shown = `Redis ${name.toUpperCase()}`;
      const keys = writtenKeys(name, args);
      requireEffects(context, keys ? 'temporary' : 'disruptive', shown);
      for (const key of keys ?? []) {
        if (own.has(key)) continue;
        if (Number(await send('EXISTS', key)) > 0)
          throw refusal(context, `${shown}: the key "${key}" was there before, so it is not the check's own`);
        own.add(key);
      }
    },
    async after(name, args, send) {
      if (isFree(name, args)) return;
      for (const key of writtenKeys(name, args) ?? []) {
        if (Number(await send('TTL', key)) === -1) await send('EXPIRE', key, keptSeconds);
      }
    },
  };
}
