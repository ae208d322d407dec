import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { refusedBodyCases, servedAt } from '../../src/testing/error-answers.ts';
import payloadTooLarge from './payload-too-large.ts';

const tooLarge = servedAt('PUT /api/v1/preferences', {
  headers: { 'content-type': 'application/json' },
  body: `{"seed":"${'x'.repeat(2 * 1024 * 1024)}"}`,
});

testCheck(payloadTooLarge, refusedBodyCases(413, tooLarge), { describe, it });
