import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { RunResult } from '../check/result.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { resultSchema } from './result-schema.ts';

describe('resultSchema', () => {
  it.each(Object.entries(sampleResults))(
    'holds for the result "%s", and drops nothing of it',
    (_, result) => {
      const document = JSON.parse(JSON.stringify(result));
      expect(resultSchema.parse(document)).toEqual(document);
    },
  );

  it('describes the type of the result', () => {
    expectTypeOf<z.output<typeof resultSchema>>().toExtend<RunResult>();
    expectTypeOf<RunResult>().toExtend<z.input<typeof resultSchema>>();
  });
});
