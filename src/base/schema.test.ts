import { describe, expect, it } from 'vitest';
import { entriesOf, integer, mapOf, number, strictMap, v } from './schema.ts';

function problems(schema: v.GenericSchema, value: unknown): string[] {
  return (v.safeParse(schema, value).issues ?? []).map((issue) =>
    `${v.getDotPath(issue) ?? ''} ${issue.message}`.trim(),
  );
}

const port = integer(1, 65_535);
const service = strictMap({
  port,
  name: v.optional(v.pipe(v.string(), v.minLength(1)), 'api'),
  level: v.optional(v.picklist(['required', 'advisory'])),
  hosts: v.optional(v.union([v.string(), v.array(v.string())])),
  inner: v.optional(strictMap({ on: v.optional(v.boolean(), true) }), {}),
});

describe('the messages of a schema', () => {
  it.each([
    [{}, ['port is missing']],
    [{ port: 'secret' }, ['port is not a number']],
    [{ port: 0.5 }, ['port is not a whole number', 'port is less than 1']],
    [{ port: 70_000 }, ['port is more than 65535']],
    [{ port: 1, name: '' }, ['name is empty']],
    [{ port: 1, level: 'secret' }, ['level is none of required, advisory']],
    [{ port: 1, hosts: 7 }, ['hosts is neither a string nor a list']],
    [{ port: 1, inner: { on: 'yes' } }, ['inner.on is not true or false']],
    ['secret', ['is not an object']],
    [null, ['is not an object']],
  ])('%j: %j', (value, expected) => {
    expect(problems(service, value)).toEqual(expected);
  });

  it('names every key that is not known, beside what else is wrong, without losing the rest', () => {
    const value = JSON.parse('{"prt":1,"nam":2,"constructor":3,"__proto__":4,"inner":{"off":5}}');
    expect(problems(service, value)).toEqual([
      'port is missing',
      'inner.off is not known',
      'prt is not known',
      'nam is not known',
      'constructor is not known',
      '__proto__ is not known',
    ]);
  });

  it('names what a union admits, each once', () => {
    const texts = v.union([v.string(), v.array(v.string())]);
    expect(problems(v.union([v.number(), texts]), true)).toEqual([
      'is neither a number nor a string nor a list',
    ]);
    expect(
      problems(v.union([strictMap({ file: v.string() }), strictMap({ command: v.string() })]), 'x'),
    ).toEqual(['is not an object']);
  });

  it('rejects a list and an instance of a class where a map is expected', () => {
    expect(problems(service, { port: 1, inner: [] })).toEqual(['inner is not an object']);
    for (const value of [[], ['a'], new Date(), new Map([['a', 'b']])]) {
      expect(problems(service, value)).toEqual(['is not an object']);
      expect(problems(mapOf(v.string()), value)).toEqual(['is not an object']);
    }
    expect(problems(service, undefined)).toEqual(['is missing']);
  });

  it('accepts every name in a map except __proto__', () => {
    const value = JSON.parse('{"constructor":1,"prototype":2,"toString":3}');
    expect(v.parse(mapOf(number()), value)).toEqual(value);
    expect(problems(mapOf(number()), JSON.parse('{"__proto__":{},"a":"b"}'))).toEqual([
      'a is not a number',
      '__proto__ is not allowed as a name',
    ]);
  });

  it.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])(
    'takes %d for no number',
    (value) => {
      expect(v.is(number(), value)).toBe(false);
      expect(v.is(integer(), value)).toBe(false);
    },
  );

  it('reports the same through Standard Schema', () => {
    const { issues } = service['~standard'].validate({ prt: 1 }) as { issues: { message: string }[] };
    expect(issues.map(({ message }) => message)).toEqual(['is missing', 'is not known']);
  });

  it('exposes its entries, also if it is optional or described', () => {
    const described = v.pipe(v.optional(service, { port: 1 }), v.description('A service'));
    expect(Object.keys(entriesOf(described))).toEqual(['port', 'name', 'level', 'hosts', 'inner']);
    expect(entriesOf(v.string())).toEqual({});
  });

  it('returns valid values with their defaults', () => {
    expect(v.parse(service, { port: 1 })).toEqual({ port: 1, name: 'api', inner: { on: true } });
    expect(v.parse(mapOf(v.number()), { a: 1 })).toEqual({ a: 1 });
  });
});
