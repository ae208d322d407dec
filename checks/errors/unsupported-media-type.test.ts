import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { refusedBodyCases, servedAt } from '../../src/testing/error-answers.ts';
import unsupportedMediaType from './unsupported-media-type.ts';

const unknownType = servedAt('PUT /api/v1/preferences', {
  headers: { 'content-type': 'application/x-unknown' },
  body: 'preferences',
});

testCheck(unsupportedMediaType, refusedBodyCases(415, unknownType), { describe, it });
