import { type Json, ProbeError } from '../check/index.ts';

export const reply = (value: Json) => ({ reply: value, durationMs: 1, address: '127.0.0.1:6379' });

export const redis = (command: unknown) => ({ redis: { command: command as never } });

/** A Redis that cannot be used, by the error of its first command. */
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
).map(([code, verdict]) => ({
  when: `the error is ${code}`,
  code: verdict,
  probes: redis(new ProbeError(code, `${code} some words`)),
}));
