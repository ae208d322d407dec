import { expect, test } from 'vitest';
import { parseTraceparent } from './traceparent.ts';

const traceId = 'a'.repeat(32);
const parentId = 'b'.repeat(16);
const header = (parts: { version?: string; trace?: string; parent?: string; flags?: string } = {}) =>
  `${parts.version ?? '00'}-${parts.trace ?? traceId}-${parts.parent ?? parentId}-${parts.flags ?? '01'}`;

test.each([
  ['01', true],
  ['00', false],
  ['03', true],
  ['02', false],
  ['ff', true],
])('flags %s: sampled is %s', (flags, sampled) => {
  expect(parseTraceparent(header({ flags }))).toEqual({ version: '00', traceId, parentId, sampled });
});

test('later versions may have more fields', () => {
  expect(parseTraceparent(`${header({ version: 'cc' })}-more`)).toMatchObject({ version: 'cc', traceId });
  expect(parseTraceparent(header({ version: '01' }))).toMatchObject({ version: '01' });
});

test.each([
  '',
  'x',
  header({ version: 'ff' }),
  `${header()}-more`,
  `${header()}-`,
  `${header({ version: 'cc' })}more`,
  ` ${header()}`,
  header({ trace: '' }),
  header({ parent: '' }),
  header({ trace: '0'.repeat(32) }),
  header({ parent: '0'.repeat(16) }),
  header({ trace: 'A'.repeat(32) }),
  header({ trace: 'a'.repeat(31) }),
  header({ trace: 'a'.repeat(33) }),
  header({ parent: 'b'.repeat(15) }),
  header({ parent: 'b'.repeat(17) }),
  header({ flags: '1' }),
  header({ flags: '0g' }),
])('%j is ignored', (text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});

test('identifiers that begin or end with zeros are valid', () => {
  expect(
    parseTraceparent(header({ trace: `0${'a'.repeat(30)}0`, parent: `${'0'.repeat(15)}1` })),
  ).toBeDefined();
});
