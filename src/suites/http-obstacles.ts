import { integer } from '../base/schema.ts';
import type { Exchanged } from '../check/exchange.ts';
import { option } from '../check/option.ts';

/** Failures that say nothing about the claim of a check: it could not be judged. */
export const obstacleCodes = {
  unreachable: {
    headline: 'The API does not answer',
    means: 'nothing answers',
    hint: 'meatymusic status; meatymusic logs api',
  },
  timeout: {
    headline: 'The API does not answer in time',
    means: 'there is no answer within the time of one request (option withinMs)',
    hint: 'meatymusic logs api --since 5m',
  },
  'rate-limited': {
    headline: 'The rate limit of the API ended the check before its verdict',
    means: 'the API answers 429',
    hint: 'verify again after the time of Retry-After, or raise the limit for the address that verifies',
  },
} as const;

export const withinMs = option(integer(1), 4000, 'Longest time of one answer, in milliseconds');

/** Returns the obstacle that an exchange met; `undefined` for an answer that can be judged. */
export function obstacleOf({ response, failure }: Exchanged): keyof typeof obstacleCodes | undefined {
  if (!response) return failure?.code === 'TIMEOUT' ? 'timeout' : 'unreachable';
  return response.status === 429 ? 'rate-limited' : undefined;
}

/** True for the statuses of a path that does not serve the method. */
export function servesNothing(status: number): boolean {
  return status === 404 || status === 405 || status === 410 || status === 501;
}
