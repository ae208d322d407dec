import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { envelopeCases, servedAt } from '../../src/testing/error-answers.ts';
import validation from './validation.ts';

testCheck(validation, envelopeCases(422, 'validation_failed', servedAt('GET /api/v1/compose')), {
  describe,
  it,
});
