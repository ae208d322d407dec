import { expect, test } from 'vitest';
import { satisfiesRange } from './semver-range.ts';

test.each<[range: string, version: string, expected: boolean | undefined]>([
  ['>1.0.0', '1.0.1', true],
  ['>1.0.0', '1.0.0', false],
  ['==1.2.3', '1.2.3', true],
  ['==1.2.3', '1.2.4', false],
  ['>=1.0.0 ==1.2.3', '1.2.4', false],
  ['!=1.5.0', '1.5.0', false],
  ['!= 1.5.0', '1.5.0', false],
  ['!=v1.5.0', '1.5.0', false],
  ['! 1.5.0', '1.5.0', false],
  ['!1.5.0', '1.5.0', false],
  ['!=1.5', '1.5.0', false],
  ['!=1.5.0', '1.5.1', true],
  ['!=1.5', '1.5.1', false],
  ['!=1.5.x', '1.5.7', false],
  ['!=1.5.x', '1.6.0', true],
  ['!=1.5.0-rc.1', '1.5.0-rc.1', false],
  ['!=1.5.0-rc.1', '1.5.0', true],
  ['!=1.5.0', '1.5.0-rc.1', true],
  ['!=1.5.0<2.0.0', '1.5.0', false],
  ['!=1.5.0<2.0.0', '2.0.0', false],
  ['>1.0.0!=1.5.0', '1.5.0', false],
  ['>1.0.0!=1.5.0', '1.6.0', true],
  ['!=1.5.0 !=1.6.0', '1.6.0', false],
  ['>1.0.0 !=1.5.0 <2.0.0', '2.0.0', false],
  ['>1.0.0 !=1.5.0 <2.0.0', '1.0.0', false],
  ['>1.0.0 !=1.5.0 <2.0.0', '1.6.0', true],
  ['!=1.5.0 || =1.5.0', '1.5.0', true],
  ['>5.0.0 || <1.5.0', '3.0.0', false],
  ['>1.0.0', '1.1.0-rc.1', true],
  ['>1.0.0', 'v1.2.3', undefined],
  ['>1.0.0', '1.2', undefined],
  ['>1.0.0', 'x1.2.3', undefined],
  ['>1.0.0', '', undefined],
])('%s of %s: %s', (range, version, expected) => {
  expect(satisfiesRange(range)?.(version)).toBe(expected);
});

test.each<[version: string, expected: boolean | undefined]>([
  ['v1.2.3', true],
  [' v1.2.3\n', true],
  ['1.2', true],
  ['1.25', true],
  ['1.2.3beta', true],
  ['v1', false],
  [' 1.2 \n', true],
  ['12', true],
  ['0.9', false],
  ['version 1.2', undefined],
  ['1.2 of it', undefined],
  ['1.2.3.4', undefined],
])('a lenient version %j: %s', (version, expected) => {
  expect(satisfiesRange('>1.0.0', true)?.(version)).toBe(expected);
});

test.each(['', ' ', 'x y z', '>1.0.0 ||', '>1.0.0 || x y', '!=', '!=1.2.3.4', '>1.0.0 !=1.y'])(
  '%j is no range',
  (range) => {
    expect(satisfiesRange(range)).toBeUndefined();
  },
);
