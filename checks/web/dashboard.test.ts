import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { pageCases } from '../../src/testing/web-answers.ts';
import dashboard from './dashboard.ts';

testCheck(dashboard, pageCases('/dashboard'), { describe, it });
