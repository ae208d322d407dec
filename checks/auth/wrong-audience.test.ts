import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { forgedTokenCases } from '../../src/testing/token-answers.ts';
import wrongAudience from './wrong-audience.ts';

testCheck(wrongAudience, forgedTokenCases('audience'), { describe, it });
