import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { forgedTokenCases } from '../../src/testing/token-answers.ts';
import notYetValid from './not-yet-valid.ts';

testCheck(notYetValid, forgedTokenCases('not-yet-valid'), { describe, it });
