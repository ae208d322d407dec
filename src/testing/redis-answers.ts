import { type Json, ProbeError } from '../check/index.ts';
import { answers } from './stub-probes.ts';

export interface RedisCommand {
  name: string;
  args?: (string | number)[];
}
type Reply = ReturnType<typeof reply> | Error;

export const reply = (value: Json) => ({ reply: value, durationMs: 1, address: '127.0.0.1:6379' });

/** The commands of the checks: keys that the application has not, and values that expire within minutes. */
const commands: Record<string, RegExp> = {
  PING: /^$/,
  CLUSTER: /^INFO$/,
  SET: /^meatymusic:verify:\S+ probe \S+ ✓ EX [1-9]\d{0,2}$/,
  GET: /^meatymusic:verify:\S+$/,
  DEL: /^meatymusic:verify:\S+$/,
  EXISTS: /^meatymusic:verify:\S+$/,
};

/**
 * A Redis without a cluster that answers the commands of the checks and nothing else. `replies` replace those to a
 * command.
 */
export function redisServer(replies: Record<string, Reply | ((command: RedisCommand) => Reply)> = {}) {
  const kept = new Map<unknown, Json>();
  const usual: Record<string, (key: unknown, value: Json) => Reply> = {
    PING: () => reply('PONG'),
    CLUSTER: () => new ProbeError('ERR', 'ERR This instance has cluster support disabled'),
    SET: (key, value) => {
      kept.set(key, value);
      return reply('OK');
    },
    GET: (key) => reply(kept.get(key) ?? null),
    DEL: (key) => reply(Number(kept.delete(key))),
    EXISTS: (key) => reply(Number(kept.has(key))),
  };
  const command = (given: RedisCommand): Reply => {
    const { name, args = [] } = given;
    if (!commands[name]?.test(args.join(' ')))
      throw new TypeError(`${name} ${args.join(' ')} is no command of a check`);
    const other = replies[name];
    if (other !== undefined) return typeof other === 'function' ? other(given) : other;
    return usual[name]!(args[0], args[1] ?? null);
  };
  return { redis: { command } };
}

/** A Redis that answers PING alone. */
export const pinged = (answer: Reply | (() => Reply)) => ({
  redis: { command: answers<ReturnType<typeof reply>>([{ name: 'PING' }, answer]) },
});

/** A Redis that cannot be used, by the error of each command. */
export const unusable = (
  [
    ['WRONGPASS', 'refused'],
    ['AUTH', 'refused'],
    ['NO_DATABASE', 'no-database'],
    ['NOPERM', 'not-permitted'],
    ['PROTOCOL', 'wrong-protocol'],
    ['NO_TLS', 'wrong-protocol'],
    ['LOADING', 'loading'],
    ['CLUSTERDOWN', 'cluster-down'],
  ] as const
).map(([code, verdict]) => {
  const error = new ProbeError(code, `${code} some words`);
  const replies = Object.fromEntries(['PING', 'CLUSTER', 'SET', 'GET'].map((name) => [name, error]));
  return { when: `the error is ${code}`, code: verdict, probes: redisServer(replies), actual: error.message };
});
