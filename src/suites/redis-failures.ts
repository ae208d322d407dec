import type { Sabotage } from '../check/sabotage.ts';

/** Codes of a Redis that cannot be used, whichever command met it. */
export const redisCodes = {
  unreachable: {
    headline: 'Redis does not answer',
    means: 'no reply arrived',
    hint: 'meatymusic status; meatymusic logs cache',
  },
  timeout: {
    headline: 'Redis does not answer in time',
    means: 'no reply arrived within the time of the check',
    hint: 'meatymusic status; redis-cli SLOWLOG GET',
  },
  refused: {
    headline: 'Redis refuses the user or the password',
    means: 'the server refuses the user or the password of the address, or asks for one',
    hint: 'compare user and password of services.cache.url with redis-cli ACL LIST',
  },
  'no-database': {
    headline: 'Redis has no database with this number',
    means: 'the server refuses SELECT with the database of the address',
    hint: 'redis-cli CONFIG GET databases; a cluster has only database 0',
  },
  'not-permitted': {
    headline: 'The user of Redis may not use this command or key',
    means: 'the access control list of the user forbids it',
    hint: 'redis-cli ACL WHOAMI; redis-cli ACL GETUSER <user>; redis-cli ACL LOG',
  },
  'wrong-protocol': {
    headline: 'The port does not speak Redis as its address announces',
    means: 'what listens there is not Redis, or only one of the server and the address uses TLS',
    hint: 'use rediss:// for a port with TLS and redis:// for one without, in services.cache.url',
  },
  loading: {
    headline: 'Redis is still loading its data',
    means: 'the server is still reading its data set',
    hint: 'redis-cli INFO persistence; verify again when loading is 0',
  },
  'cluster-down': {
    headline: 'The Redis cluster does not serve all of its slots',
    means: 'the cluster is down, or slots have no node',
    hint: 'redis-cli CLUSTER INFO; redis-cli --cluster check <host>:<port>',
  },
} as const;

/** How a Redis in trouble answers. */
export const redisSabotage: readonly Sabotage[] = (
  [
    ['silence', 'timeout', {}],
    ['a password is required', 'refused', { '*': '-NOAUTH Authentication required.' }],
    ['the user may not do it', 'not-permitted', { '*': '-NOPERM this user has no permissions' }],
    ['something other than Redis', 'wrong-protocol', { '*': 'HTTP/1.1 400 Bad Request' }],
    ['it loads its data', 'loading', { '*': '-LOADING Redis is loading the dataset in memory' }],
    ['the cluster is down', 'cluster-down', { '*': '-CLUSTERDOWN The cluster is down' }],
  ] as const
).map(([name, code, replies]) => ({ name, code, kind: 'canned', service: 'cache', replies }));

export type RedisCode = keyof typeof redisCodes;

const codesOfErrors: Record<string, RedisCode> = {
  TIMEOUT: 'timeout',
  NOAUTH: 'refused',
  WRONGPASS: 'refused',
  AUTH: 'refused',
  NO_DATABASE: 'no-database',
  NOPERM: 'not-permitted',
  PROTOCOL: 'wrong-protocol',
  TLS: 'wrong-protocol',
  NO_TLS: 'wrong-protocol',
  LOADING: 'loading',
  CLUSTERDOWN: 'cluster-down',
};

/** Returns the code of a failed command; `undefined` for a reply that only its check can judge. */
export function redisCodeOf({ code, message }: { code: string; message: string }): RedisCode | undefined {
  const known = Object.hasOwn(codesOfErrors, code) ? codesOfErrors[code] : undefined;
  if (known) return known;
  const isReply = /^[A-Z]+$/.test(code) && message.startsWith(`${code} `);
  return isReply ? undefined : 'unreachable';
}
