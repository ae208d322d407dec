import { describe, expect, it } from 'vitest';
// @ts-expect-error: the build is plain JavaScript, without types
import { chunkBody } from './chunk-body.mjs';

function evaluate(code: string, modules: Record<string, unknown> = {}) {
  const asked: string[] = [];
  const require = (name: string) => {
    asked.push(name);
    return modules[name];
  };
  return { exports: new Function('require', chunkBody(code))(require), asked };
}

describe('the body of a chunk', () => {
  it('returns what the chunk exports, by the names that others know', () => {
    const { exports } = evaluate('var a=1,b=2;function c(){return a+b}export{a as first,b,c as default};');
    expect(exports).toMatchObject({ first: 1, b: 2 });
    expect(exports.default()).toBe(3);
  });

  it('binds imports of every form, before anything else runs', () => {
    const { exports } = evaluate(
      'var sum=twice(one)+path.length+all.two;import{one,two as twice}from"./x.js";import path from"node:path";import*as all from"node:all";export{sum};',
      { './x.js': { one: 1, two: (n: number) => 2 * n }, 'node:path': 'path', 'node:all': { two: 2 } },
    );
    expect(exports.sum).toBe(2 + 4 + 2);
  });

  it('evaluates a chunk that is imported for its effect alone', () => {
    expect(evaluate('import"./effect.js";').asked).toEqual(['./effect.js']);
  });

  it('asks for a lazily imported chunk when it is imported', async () => {
    const { exports, asked } = evaluate('let later=()=>import("./y.js");export{later};', {
      './y.js': { y: 1 },
    });
    expect(asked).toEqual([]);
    expect(await exports.later()).toEqual({ y: 1 });
  });

  it('hands on what it imports', () => {
    expect(evaluate('import{a as b}from"./x.js";export{b as c};', { './x.js': { a: 1 } }).exports).toEqual({
      c: 1,
    });
  });

  it('refuses what it does not know', () => {
    expect(() => chunkBody('export*from"node:fs";')).toThrow('another kind');
  });
});
