import { describe, expect, it } from 'vitest';
import { integer, v } from '../base/schema.ts';
import { effectsOf, effectsOfMethod, includesEffects } from './effects.ts';
import { option } from './option.ts';
import { onlyReads, writtenKeys } from './redis-commands.ts';

describe('effectsOf', () => {
  it('takes a check without a declaration for one that reads, unless it runs commands', () => {
    expect(effectsOf({ needs: ['http', 'redis'] })).toBe('none');
    expect(effectsOf({ needs: ['command'] })).toBe('temporary');
    expect(effectsOf({ needs: ['command'], effects: 'none' })).toBe('none');
  });

  it('follows the options of the check, and their defaults where there are none', () => {
    const check = {
      needs: ['http'] as const,
      options: { method: option(v.string(), 'POST', 'Its method'), count: option(integer(), 1, 'How often') },
      effects: ({ method }: { method: string }) =>
        method === 'GET' ? ('none' as const) : ('temporary' as const),
    };
    expect(effectsOf(check)).toBe('temporary');
    expect(effectsOf(check, { method: 'GET', count: 1 })).toBe('none');
    const reading = {
      ...check,
      options: { ...check.options, method: option(v.string(), 'GET', 'Its method') },
    };
    expect(effectsOf(reading)).toBe('none');
  });
});

it('includes the levels below a level', () => {
  expect(includesEffects('temporary', 'rolled-back')).toBe(true);
  expect(includesEffects('rolled-back', 'temporary')).toBe(false);
  expect(includesEffects('none', 'none')).toBe(true);
});

it.each([
  ['get', 'none'],
  ['HEAD', 'none'],
  ['Options', 'none'],
  ['POST', 'temporary'],
  ['DELETE', 'temporary'],
])('a check that sends %s has the effects %s', (method, effects) => {
  expect(effectsOfMethod(method)).toBe(effects);
});

describe('Redis commands', () => {
  it.each([
    ['GET', ['key'], true],
    ['config', ['GET', 'maxmemory'], true],
    ['CONFIG', ['SET', 'maxmemory', '1'], false],
    ['CONFIG', [], false],
    ['COMMAND', [], true],
    ['COMMAND', ['GETKEYS'], true],
    ['COMMAND', ['HELP'], false],
    ['BITCOUNT', ['key'], true],
    ['topk.query', ['key'], true],
    ...[
      'SET',
      'GETEX',
      'GETDEL',
      'SORT',
      'PFCOUNT',
      'EVAL',
      'EVAL_RO',
      'FCALL',
      'MULTI',
      'SUBSCRIBE',
      'MONITOR',
    ].map((name): [string, string[], boolean] => [name, ['key'], false]),
    ...[
      'DEBUG',
      'SCRIPT',
      'FUNCTION',
      'FLUSHALL',
      'SHUTDOWN',
      'REPLICAOF',
      'hasOwnProperty',
      'of the future',
    ].map((name): [string, string[], boolean] => [name, ['x'], false]),
  ])('%s %j only reads: %s', (name, args, reads) => {
    expect(onlyReads(name, args)).toBe(reads);
  });

  it('names the keys that a command writes to, where it writes to nothing else', () => {
    expect(writtenKeys('SET', ['a', 'b'])).toEqual(['a']);
    expect(writtenKeys('del', ['a', 5])).toEqual(['a', '5']);
    expect(writtenKeys('DEL', [])).toBeUndefined();
    expect(writtenKeys('SET', [])).toBeUndefined();
    expect(writtenKeys('RENAME', ['a', 'b'])).toBeUndefined();
    expect(writtenKeys('FLUSHALL', ['ASYNC'])).toBeUndefined();
  });
});
