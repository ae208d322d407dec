import { describe, expect, test } from 'vitest';
import { response } from '../testing/responses.ts';
import { grantProblemOf, originOf } from './cors.ts';
import { missingPermissions, preflightRequest } from './preflight.ts';

const origin = 'https://songs.example';

describe('grantProblemOf', () => {
  const problemOf = (headers: Record<string, string>, credentials = false, more: [string, string][] = []) => {
    const answer = response(200, '', headers);
    return grantProblemOf({ ...answer, rawHeaders: [...answer.rawHeaders, ...more] }, origin, credentials);
  };
  const allow = (value: string, credentials?: string) => ({
    'access-control-allow-origin': value,
    ...(credentials === undefined ? {} : { 'access-control-allow-credentials': credentials }),
  });

  test('a header that is sent twice has several values, also where they are the same', () => {
    const twice: [string, string][] = [['Access-Control-Allow-Origin', origin]];
    expect(problemOf(allow(origin), false, twice)).toEqual({
      code: 'several-values',
      actual: `Access-Control-Allow-Origin: ${origin}`,
    });
    expect(problemOf(allow(origin), false, [['Vary', 'Origin']])).toBeUndefined();
  });

  test.each([
    [allow(origin), false, undefined],
    [allow('*'), false, undefined],
    [allow(origin, 'true'), true, undefined],
    [{}, false, 'no-header'],
    // Spaces around a value are no second value; browsers compare every other character.
    [allow(` ${origin} `), false, 'other-origin'],
    [allow(`${origin}/`), false, 'other-origin'],
    [allow(`${origin} https://b.example`), false, 'several-values'],
    [allow(`${origin},https://b.example`), false, 'several-values'],
    [allow('*', 'true'), true, 'no-credentials'],
    [allow(origin), true, 'no-credentials'],
    [allow(origin, 'TRUE'), true, 'no-credentials'],
  ])('%j with cookies %s', (headers, credentials, code) => {
    expect(problemOf(headers, credentials)?.code).toBe(code);
  });

  test('names the credentials that are allowed', () => {
    expect(problemOf(allow(origin), true)?.actual).toBe('Access-Control-Allow-Credentials: (none)');
    expect(problemOf(allow(origin, 'yes'), true)?.actual).toBe('Access-Control-Allow-Credentials: yes');
  });
});

test.each([
  ['https://Songs.example:443/path', 'https://songs.example'],
  ['null', 'null'],
  ['file:///index.html', 'file:///index.html'],
])('the origin of %s is %s', (address, found) => {
  expect(originOf(address)).toBe(found);
});

test.each([
  ['post', ['Accept'], { method: 'POST', headers: [], isNeeded: false }],
  ['post', ['X-A'], { method: 'POST', headers: ['x-a'], isNeeded: true }],
  ['patch', [], { method: 'patch', headers: [], isNeeded: true }],
])('%s with %j asks for permissions', (method, headers, request) => {
  expect(preflightRequest(method, headers)).toEqual(request);
});

test('no permission is an empty list', () => {
  const answer = response(204, '', {
    'access-control-allow-methods': ', ',
    'access-control-allow-headers': ' ,x-a',
  });
  const wanted = preflightRequest('PUT', ['X-A', 'X-B']);
  expect(missingPermissions(answer, wanted, false)).toEqual({
    method: 'allowed: none',
    headers: 'not allowed: x-b',
  });
});
