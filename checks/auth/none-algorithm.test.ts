import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { forgedTokenCases } from '../../src/testing/token-answers.ts';
import noneAlgorithm from './none-algorithm.ts';

testCheck(noneAlgorithm, forgedTokenCases('none-algorithm'), { describe, it });
