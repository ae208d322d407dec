import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { forgedTokenCases } from '../../src/testing/token-answers.ts';
import foreignKey from './foreign-key.ts';

testCheck(foreignKey, forgedTokenCases('key-of-the-sender'), { describe, it });
