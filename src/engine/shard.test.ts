import { describe, expect, it } from 'vitest';
import { divideIntoShards } from './shard.ts';

const ids = Array.from({ length: 10 }, (_, at) => `x/${String(at)}`);

describe('divideIntoShards', () => {
  it('gives each shard the same number where no duration is known, each check to one shard', () => {
    const shards = divideIntoShards(ids, 3);
    expect(shards.map(({ length }) => length)).toEqual([4, 3, 3]);
    expect(shards.flat().sort()).toEqual(ids);
  });

  it('gives each shard about the same time', () => {
    const durations = new Map([
      ['x/0', 9000],
      ['x/1', 5000],
      ['x/2', 4000],
      ['x/3', 0],
    ]);
    expect(divideIntoShards(ids.slice(0, 4), 2, durations)).toEqual([
      ['x/0', 'x/3'],
      ['x/1', 'x/2'],
    ]);
  });

  it('gives the next check to the shard with the least time, whatever number it has', () => {
    const durations = new Map([6, 5, 5, 3, 3, 3, 0.5, 0.5].map((ms, at) => [`x/${at}`, ms]));
    expect(divideIntoShards(ids.slice(0, 8), 2, durations)).toEqual([
      ['x/0', 'x/3', 'x/4', 'x/6', 'x/7'],
      ['x/1', 'x/2', 'x/5'],
    ]);
  });

  it('counts an unknown duration as the median of the others', () => {
    const durations = new Map([
      ['x/0', 300],
      ['x/1', 100],
      ['x/2', 200],
    ]);
    expect(divideIntoShards(ids.slice(0, 4), 2, durations)).toEqual([
      ['x/0', 'x/1'],
      ['x/2', 'x/3'],
    ]);
  });

  it('gives each shard the same number where all durations are zero', () => {
    const durations = new Map(ids.map((id) => [id, 0]));
    expect(divideIntoShards(ids, 2, durations).map(({ length }) => length)).toEqual([5, 5]);
  });

  it('leaves shards empty where there are more of them than checks', () => {
    expect(divideIntoShards(['x/0'], 3)).toEqual([['x/0'], [], []]);
  });

  it('does not depend on the order of the IDs', () => {
    expect(divideIntoShards([...ids].reverse(), 3)).toEqual(divideIntoShards(ids, 3));
  });
});
