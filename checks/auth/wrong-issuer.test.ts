import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { forgedTokenCases } from '../../src/testing/token-answers.ts';
import wrongIssuer from './wrong-issuer.ts';

testCheck(wrongIssuer, forgedTokenCases('issuer'), { describe, it });
