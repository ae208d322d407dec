import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { forgedTokenCases } from '../../src/testing/token-answers.ts';
import expired from './expired.ts';

testCheck(expired, forgedTokenCases('expired'), { describe, it });
