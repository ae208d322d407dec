import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { forgedTokenCases } from '../../src/testing/token-answers.ts';
import badSignature from './bad-signature.ts';

testCheck(badSignature, forgedTokenCases('signature'), { describe, it });
