import { describe, expect, it } from 'vitest';
import { mapOf, strictMap, v } from './schema.ts';

function problems(schema: v.GenericSchema, value: unknown): string[] {
  return (v.safeParse(schema, value).issues ?? []).map((issue) =>
    `${v.getDotPath(issue) ?? ''} ${issue.message}`.trim(),
  );
}

const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const service = strictMap({
  port,
  name: v.optional(v.pipe(v.string(), v.minLength(1)), 'api'),
  level: v.optional(v.picklist(['required', 'advisory'])),
  hosts: v.optional(v.union([v.string(), v.array(v.string())])),
  inner: v.optional(strictMap({ on: v.optional(v.boolean(), true) }), {}),
});

describe('what a schema says of a value', () => {
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

  it('takes no list for a map', () => {
    expect(problems(service, [])).toEqual(['is not an object']);
    expect(problems(service, { port: 1, inner: [] })).toEqual(['inner is not an object']);
    expect(problems(mapOf(v.string()), ['a'])).toEqual(['is not an object']);
  });

  it('says the same to whoever asks by the standard', () => {
    const { issues } = service['~standard'].validate({ prt: 1 }) as { issues: { message: string }[] };
    expect(issues.map(({ message }) => message)).toEqual(['is missing', 'is not known']);
  });

  it('gives what is sound with its defaults', () => {
    expect(v.parse(service, { port: 1 })).toEqual({ port: 1, name: 'api', inner: { on: true } });
    expect(v.parse(mapOf(v.number()), { a: 1 })).toEqual({ a: 1 });
  });
});
