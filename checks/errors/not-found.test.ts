import { describe, it } from 'vitest';
import { testCheck } from '../../src/check/tester.ts';
import { envelopeCases, servedAt } from '../../src/testing/error-answers.ts';
import notFound from './not-found.ts';

testCheck(notFound, envelopeCases(404, 'not_found', servedAt('GET /meatymusic-verify-no-such-page')), {
  describe,
  it,
});
