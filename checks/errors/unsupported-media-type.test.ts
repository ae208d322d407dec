import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { refusedBodyCases } from '../../src/testing/error-answers.ts';
import unsupportedMediaType from './unsupported-media-type.ts';

testCheck(unsupportedMediaType, refusedBodyCases(415), { describe, it });
