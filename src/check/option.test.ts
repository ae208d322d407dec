import { describe, expect, it } from 'vitest';
import { integer, v } from '../base/schema.ts';
import { type CheckOptions, option, optionValues } from './option.ts';

const options = {
  path: option(v.string(), '/health', 'Path that is asked for'),
  status: option(integer(100), 200, 'Status'),
  hosts: option(v.array(v.string()), [], 'Names'),
  trimmed: option(v.pipe(v.string(), v.trim()), ' as it is ', 'Text'),
} satisfies CheckOptions;

describe('the options of a check', () => {
  it('are their unchanged defaults where nothing is given', () => {
    const { values, problems } = optionValues(options, { path: undefined });
    expect(values).toEqual({ path: '/health', status: 200, hosts: [], trimmed: ' as it is ' });
    expect(problems).toEqual([]);
  });

  it('are what their schema makes of what is given', () => {
    expect(optionValues(options, { trimmed: ' a ', status: 204 }).values).toMatchObject({
      trimmed: 'a',
      status: 204,
    });
  });

  it('that do not fit are all reported, without their values', () => {
    expect(optionValues(options, { path: 7, status: 'secret', hosts: ['a', 1] }).problems).toEqual([
      { name: 'path', path: [], message: 'is not a string' },
      { name: 'status', path: [], message: 'is not a number' },
      { name: 'hosts', path: ['1'], message: 'is not a string' },
    ]);
  });

  it('may have a schema of any library that keeps to Standard Schema', () => {
    const foreign: CheckOptions = {
      even: option(
        {
          '~standard': {
            version: 1,
            vendor: 'example',
            validate: (value) =>
              typeof value === 'number' && value % 2 === 0 ? { value } : { issues: [{ message: 'is odd' }] },
          },
        },
        2,
        'An even number',
      ),
    };
    expect(optionValues(foreign, { even: 4 }).values).toEqual({ even: 4 });
    expect(optionValues(foreign, { even: 3 }).problems).toEqual([
      { name: 'even', path: [], message: 'is odd' },
    ]);
  });

  it('refuse a schema that answers later', () => {
    const late: CheckOptions = {
      late: option(
        v.pipeAsync(
          v.string(),
          v.checkAsync(async () => true),
        ),
        '',
        '',
      ),
    };
    expect(() => optionValues(late, { late: 'x' })).toThrow('the schema of the option late is asynchronous');
  });
});
