import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { refusedBodyCases } from '../../src/testing/error-answers.ts';
import payloadTooLarge from './payload-too-large.ts';

testCheck(payloadTooLarge, refusedBodyCases(413), { describe, it });
