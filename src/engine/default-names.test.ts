import { describe, expect, it } from 'vitest';
import { v } from '../base/schema.ts';
import { contextOf } from '../check/check-context.ts';
import type { Check } from '../check/define-check.ts';
import type { Evidence } from '../check/evidence.ts';
import { option } from '../check/option.ts';
import { exampleStack } from '../check/stack.ts';
import { makeCheck } from '../testing/make-check.ts';
import { type DefaultPaths, skippedWhereNotAgreed } from './default-names.ts';

const codes = {
  'no-endpoint': { means: 'it answers 404', hint: 'add it' },
  'wrong-status': { means: 'another status', hint: 'look' },
  'fails-before': { means: 'it fails', hint: 'look' },
  'table-missing': { means: 'a table is missing', hint: 'migrate' },
  'not-installed': { means: 'no extension', hint: 'install it' },
  'not-available': { means: 'no extension', hint: 'install it' },
  other: { means: 'another failure', hint: 'look' },
};
const answer = (status: number, url: string): Evidence => ({
  kind: 'http',
  label: 'answer',
  exchange: {
    request: { method: 'GET', url, headers: {} },
    response: {
      status,
      headers: {},
      rawHeaders: [],
      body: '',
      bodyBytes: 0,
      address: '127.0.0.1:8000',
      durationMs: 1,
    },
  },
});
const unanswered: Evidence = {
  kind: 'http',
  label: 'request',
  exchange: {
    request: { method: 'GET', url: 'http://localhost:8000/songs', headers: {} },
    error: { code: 'ECONNREFUSED', message: 'refused' },
  },
};
const failingWith =
  (code: string, evidence: Evidence[] = []): Check['run'] =>
  async ({ fail }) =>
    fail(code, { expected: 'this', actual: 'it is missing', evidence });
const at404 = [answer(404, 'http://localhost:8000/v1/songs?page=1')];
const paths = (path: string) => ({ path: option(v.string(), path, 'Path') });
const songs = (code = 'no-endpoint', evidence = at404, more: Partial<Check> = {}) =>
  makeCheck({ id: 'api/songs', codes, options: paths('/songs'), run: failingWith(code, evidence), ...more });

async function judge(check: Check, defaults: Partial<DefaultPaths> = {}, stack = exampleStack) {
  const judged = skippedWhereNotAgreed(check, { given: {}, ...defaults });
  const parts = { probes: {}, options: {}, stack, signal: AbortSignal.abort(), remainingMs: () => 1 };
  return judged.run(contextOf(check, parts));
}

describe('an endpoint with a path that is not configured', () => {
  it.each(['no-endpoint', 'wrong-status', 'fails-before'])(
    'is no failure where it answers 404: %s',
    async (code) => {
      expect(await judge(songs(code))).toEqual({
        status: 'skip',
        reason: '/songs is the default path, it is not configured, and it answers 404',
        enable:
          "contract: { api: { path: … } } where it has another name, verify: { skip: ['api/songs'] } where it has none, contract: full where it must have it",
      });
    },
  );

  it.each<[string, Check, Partial<DefaultPaths>]>([
    ['it answers another status', songs('wrong-status', [answer(500, 'http://localhost:8000/songs')]), {}],
    ['another address answers 404', songs('wrong-status', [answer(404, 'http://localhost:8000/health')]), {}],
    ['there was no answer', songs('no-endpoint', []), {}],
    ['the failure is another', songs('other'), {}],
    ['the path is configured', songs(), { given: { 'api/songs': { path: '/songs' } } }],
    ['the check is of the project', songs(undefined, undefined, { source: 'my/songs.ts' }), {}],
    [
      'the path is empty',
      songs('wrong-status', [answer(404, 'http://localhost:8000/')], { options: paths('') }),
      {},
    ],
    ['no request was answered', songs('no-endpoint', [unanswered]), {}],
  ])('is a failure where %s', async (_what, check, defaults) => {
    expect(await judge(check, defaults)).toMatchObject({ status: 'fail' });
  });

  it('is found among other evidence', async () => {
    const evidence: Evidence[] = [{ kind: 'fact', label: 'port', value: '8000' }, unanswered, ...at404];
    expect(await judge(songs('wrong-status', evidence))).toMatchObject({ status: 'skip' });
  });

  it('keeps the reason of a check that skips by itself', async () => {
    const check = makeCheck({
      id: 'api/songs',
      options: paths('/songs'),
      run: async ({ skip }) => skip('no token'),
    });
    expect(await judge(check)).toMatchObject({ status: 'skip', reason: 'no token' });
  });

  it('changes nothing of a check that has no name of its own', () => {
    const plain = makeCheck({ id: 'api/health', judges: 'api' });
    expect(skippedWhereNotAgreed(plain, { given: {}, unsetPath: () => undefined })).toBe(plain);
    expect(skippedWhereNotAgreed(plain, { given: {}, unsetPath: () => '/health' })).not.toBe(plain);
  });

  it('is a failure on the reference stack', async () => {
    const reference = { ...exampleStack, isReference: true };
    expect(await judge(songs(), {}, reference)).toMatchObject({ status: 'fail' });
  });

  it('passes where it passes', async () => {
    const passing = makeCheck({ id: 'api/songs', options: paths('/songs') });
    expect(await judge(passing)).toMatchObject({ status: 'pass' });
  });

  it('is configured for its area where the checks of the area share it, else for the check', async () => {
    const check = songs();
    const others = (path: string) => [check, makeCheck({ id: 'api/list', options: paths(path) })];
    const elsewhere = makeCheck({ id: 'web/home', options: paths('/') });
    const without = makeCheck({ id: 'api/health', options: { status: option(v.number(), 200, 'Status') } });
    const plain = makeCheck({ id: 'api/ready' });
    expect(await judge(check, { checks: [...others('/songs'), elsewhere, without, plain] })).toMatchObject({
      enable: expect.stringMatching(/^contract: \{ api: \{ path: … \} \} /),
    });
    expect(await judge(check, { checks: others('/lists') })).toMatchObject({
      enable: expect.stringMatching(/^options: \{ 'api\/songs': \{ path: … \} \} /),
    });
  });
});

describe('a path of a service that is not configured', () => {
  const ready = makeCheck({
    id: 'api/ready',
    codes,
    judges: 'api',
    run: failingWith('wrong-status', [answer(404, 'http://localhost:8000/health/ready')]),
  });
  const unsetPath = (service: string, setting: string) =>
    service === 'api' && setting === 'readyPath' ? '/health/ready' : undefined;

  it('is named with its setting', async () => {
    expect(await judge(ready, { unsetPath })).toMatchObject({
      status: 'skip',
      enable: expect.stringMatching(/^services: \{ api: \{ readyPath: … \} \} /),
    });
    const ofPayments = { ...ready, service: 'payments' };
    expect(await judge(ofPayments, { unsetPath: () => '/health/ready' })).toMatchObject({
      enable: expect.stringMatching(/^services: \{ payments: /),
    });
  });

  it.each<[string, Check, DefaultPaths['unsetPath']]>([
    ['it is configured', ready, () => undefined],
    ['nothing is known of it', ready, undefined],
    ['the check judges another kind', { ...ready, judges: 'web' }, () => '/health/ready'],
    ['the check has a path of its own', { ...ready, options: paths('') }, () => '/health/ready'],
  ])('is a failure where %s', async (_what, check, unset) => {
    expect(await judge(check, unset && { unsetPath: unset })).toMatchObject({ status: 'fail' });
  });
});

describe('the name of a part of the database that is not configured', () => {
  const named = (name: string, code: string) =>
    makeCheck({
      id: 'database/parts',
      codes,
      options: { [name]: option(v.string(), 'users', 'Its name') },
      run: failingWith(code),
    });

  it.each([
    ['tables', 'table-missing'],
    ['extension', 'not-installed'],
    ['extension', 'not-available'],
  ])('is no failure where the default is not there: %s, %s', async (name, code) => {
    expect(await judge(named(name, code))).toEqual({
      status: 'skip',
      reason: `the option ${name} is not configured, and its default is not there: it is missing`,
      enable: `options: { 'database/parts': { ${name}: … } } where it has another name, verify: { skip: ['database/parts'] } where it has none, contract: full where it must have it`,
    });
  });

  it('is a failure where it is configured, or the failure is another', async () => {
    const given = { 'database/parts': { tables: 'orders' } };
    expect(await judge(named('tables', 'table-missing'), { given })).toMatchObject({ status: 'fail' });
    expect(await judge(named('tables', 'not-installed'))).toMatchObject({ status: 'fail' });
    expect(await judge(named('other', 'table-missing'))).toMatchObject({ status: 'fail' });
  });
});
