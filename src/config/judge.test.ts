import { describe, expect, it } from 'vitest';
import { judgeSettings } from './judge.ts';
import { configOf } from './schema.ts';

const problemsOf = (settings: unknown) => {
  const judged = judgeSettings(settings);
  return judged.config ? [] : judged.problems.map(({ path, message }) => `${path} ${message}`.trim());
};

describe('judgeSettings', () => {
  it.each([
    ['5s', 5000],
    ['1.5m', 90_000],
    [250, 250],
    [0, 0],
  ])('takes the duration %j for %d ms', (timeout, ms) => {
    expect(judgeSettings({ verify: { timeout } }).config?.verify.timeout).toBe(ms);
  });

  it.each([
    ['postgresql+asyncpg://u:p@h/d', 'postgresql://u:p@h/d'],
    ['postgres+psycopg://h/d', 'postgres://h/d'],
    ['postgresql://u:a+b:c@h/d', 'postgresql://u:a+b:c@h/d'],
  ])('takes the address %s for %s', (url, own) => {
    expect(judgeSettings({ services: { database: { url } } }).config?.services.database.url).toBe(own);
  });

  it('takes a setting that is undefined for one that is left out', () => {
    expect(judgeSettings({ runtime: undefined, verify: undefined }).config).toEqual(configOf());
  });

  it('returns defaults that are shared with no one', () => {
    configOf().verify.tags.push('changed');
    expect(configOf().verify.tags).toEqual([]);
  });

  it.each(['ftp://h', 'http:h', 'http://', 'http://h:99999', 'localhost:8000', ''])(
    'refuses the address %j',
    (url) => {
      const message = 'is not an address that starts with http:// or https://';
      expect(problemsOf({ services: { api: { url } } })).toEqual([`services.api.url ${message}`]);
    },
  );

  it('refuses addresses of the database and of Redis that no URL can be, and says what is written in another way', () => {
    const unreadable =
      'cannot be read as an address: its port, or a character to be written as %2F, %40, %23';
    const settings = { database: { url: 'postgresql://u:p/w@h:5432/d' }, cache: { url: 'redis://h:99999' } };
    expect(problemsOf({ services: settings })).toEqual([
      `services.database.url ${unreadable}`,
      `services.cache.url ${unreadable}`,
    ]);
    expect(problemsOf({ services: { cache: { url: 'localhost' } } })).toEqual([
      'services.cache.url is not an address that starts with redis:// or rediss://',
    ]);
  });

  it('refuses numbers without end or fraction where none is due, each with one sentence', () => {
    const timeouts = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, -5];
    expect(timeouts.flatMap((timeout) => problemsOf({ verify: { timeout } }))).toEqual([
      'verify.timeout is not finite',
      'verify.timeout is not finite',
      'verify.timeout is neither a string nor a number',
      'verify.timeout is less than 0',
    ]);
    const counts = [Number.POSITIVE_INFINITY, 0.5, 0, 257];
    expect(counts.flatMap((concurrency) => problemsOf({ verify: { concurrency } }))).toEqual([
      'verify.concurrency is not a whole number',
      'verify.concurrency is not a whole number',
      'verify.concurrency is less than 1',
      'verify.concurrency is more than 256',
    ]);
  });

  it('refuses a list where a map is due, and the other way round', () => {
    expect(problemsOf({ services: [], vars: ['a'], options: { auth: [1] }, plugins: { a: 1 } })).toEqual([
      'services is not an object',
      'plugins is not a list',
      'vars is not an object',
      'options.auth is not an object',
    ]);
    expect(problemsOf([])).toEqual(['is not an object']);
  });

  it('names what people call their own variables and options as they do', () => {
    const vars = { constructor: 'a', prototype: 'b', 'a.b': 'c' };
    expect(judgeSettings({ vars }).config?.vars).toEqual(vars);
  });

  it.each([
    [{ file: 5 }, ['services.api.log.file is not a string']],
    [{ command: 5 }, ['services.api.log.command is not a string']],
    [{ file: 'a', comand: 'b' }, ['services.api.log.comand is not known; did you mean "command"?']],
    [{ file: 'a', command: 'b' }, ['services.api.log has none of the forms { file } and { command }']],
    [{}, ['services.api.log has none of the forms { file } and { command }']],
    ['a.log', ['services.api.log is not an object']],
  ])('explains the log %j by the form that was meant', (log, problems) => {
    expect(problemsOf({ services: { api: { log } } })).toEqual(problems);
  });

  it.each([
    [{ runtim: 'x' }, 'runtim is not known; did you mean "runtime"?'],
    [
      { verify: { url: 'x' } },
      /^verify.url is not known here; there is services.api.url and services.web.url and /,
    ],
    [
      { compose: { services: { zzz: 1 } } },
      'compose.services.zzz is no service of this stack: api, web, database, cache',
    ],
    [{ hunter2: 'x' }, /^hunter2 is not known; known at the top: \$schema, runtime, services/],
  ])('explains %j by what was meant', (settings, problem) => {
    expect(problemsOf(settings)).toEqual([expect.stringMatching(problem)]);
  });
});
