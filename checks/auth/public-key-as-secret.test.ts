import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../src/check/probes.ts';
import { type FakeProbes, testCheck, verdictOf } from '../../src/check/tester.ts';
import { response } from '../../src/testing/responses.ts';
import { serving } from '../../src/testing/stub-probes.ts';
import { forgedTokenCases } from '../../src/testing/token-answers.ts';
import publicKeyAsSecret from './public-key-as-secret.ts';

testCheck(publicKeyAsSecret, forgedTokenCases('public-key-as-secret'), { describe, it });

it('takes public keys from the configured key set', async () => {
  const asked: unknown[] = [];
  const probes = (keySet: HttpResponse): FakeProbes => ({
    ...serving({
      'GET http://localhost:1/jwks': keySet,
      'GET /api/v1/me': ({ headers = {} }) => response(headers.authorization === 'Bearer ok' ? 200 : 401),
    }),
    ids: {
      forgeries: (query) => {
        asked.push(query);
        return { forgeries: [{ name: 'forged', token: 'x' }], notMade: [], accepted: 'ok' };
      },
    },
  });
  const options = { jwks: 'http://localhost:1/jwks' };
  const judge = (keySet: HttpResponse) => verdictOf(publicKeyAsSecret, { probes: probes(keySet), options });
  expect(await judge(response(200, { keys: [] }))).toMatchObject({ status: 'pass' });
  expect(asked).toEqual([{ kind: 'public-key-as-secret', jwks: '{"keys":[]}' }]);
  expect(await judge(response(500))).toMatchObject({
    status: 'skip',
    reason: expect.stringContaining('answers 500'),
  });
  for (const body of ['no', 'null', '{}', '{"keys":{}}']) {
    expect(await judge(response(200, body))).toMatchObject({
      status: 'skip',
      reason: 'http://localhost:1/jwks is no key set: it has no list "keys"',
    });
  }
  expect(await judge(response(404, { keys: [] }))).toMatchObject({ status: 'skip' });
});
