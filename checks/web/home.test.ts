import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { pageCases } from '../../src/testing/web-answers.ts';
import home from './home.ts';

testCheck(home, pageCases('/'), { describe, it });
