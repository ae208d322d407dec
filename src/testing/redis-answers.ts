import { type Json, ProbeError } from '../check/index.ts';
import { answers } from './stub-probes.ts';

export interface RedisCommand {
  name: string;
  args?: (string | number)[];
}
type Reply = ReturnType<typeof reply> | Error;

export const reply = (value: Json) => ({ reply: value, durationMs: 1, address: '127.0.0.1:6379' });

/** Keys that a check may use. */
const ownKey = /^meatymusic:verify:\S+$/;

/**
 * A Redis without a cluster that answers the commands of the checks and nothing else, and keeps what expires. `replies`
 * replace those to a command.
 */
export function redisServer(replies: Record<string, Reply | ((command: RedisCommand) => Reply)> = {}) {
  const kept = new Map<string, Json>();
  const take = (key: unknown) => {
    if (!ownKey.test(String(key))) throw new TypeError(`the key ${key} may belong to the application`);
    return String(key);
  };
  const known: Record<string, (args: Json[]) => Reply> = {
    'PING/0': () => reply('PONG'),
    'CLUSTER/1': () => new ProbeError('ERR', 'ERR This instance has cluster support disabled'),
    'SET/4': ([key, value, option, seconds]) => {
      if (option !== 'EX' || !(Number(seconds) > 0 && Number(seconds) <= 3600))
        throw new TypeError(`a value that does not expire within an hour: ${option} ${seconds}`);
      kept.set(take(key), value as Json);
      return reply('OK');
    },
    'GET/1': ([key]) => reply(kept.get(take(key)) ?? null),
    'DEL/1': ([key]) => reply(Number(kept.delete(take(key)))),
    'EXISTS/1': ([key]) => reply(Number(kept.has(take(key)))),
  };
  const command = (given: RedisCommand) => {
    const { name, args = [] } = given;
    const answer = known[`${name}/${args.length}`];
    if (!answer)
      throw new TypeError(`${name} with ${args.length} arguments is none of ${Object.keys(known)}`);
    const usual = () => answer(args);
    const other = replies[name];
    if (other === undefined) return usual();
    if (typeof other !== 'function') return other;
    return other(given);
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
