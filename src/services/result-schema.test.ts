import { describe, expect, it } from 'vitest';
import { v } from '../base/schema.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { resultSchema } from './result-schema.ts';

describe('resultSchema', () => {
  it.each(Object.entries(sampleResults))(
    'holds for the result "%s", and drops nothing of it',
    (_, result) => {
      const document = JSON.parse(JSON.stringify(result));
      expect(v.parse(resultSchema, document)).toEqual(document);
    },
  );

  it('refuses what the document does not have, at any depth', () => {
    const [result] = Object.values(sampleResults);
    const document = JSON.parse(JSON.stringify(result));
    document.summary.extra = 1;
    document.startedAt = '2026-01-05T09:00:00+01:00';
    const { issues = [] } = v.safeParse(resultSchema, document, { abortPipeEarly: true });
    expect(issues.map((issue) => v.getDotPath(issue))).toEqual(['startedAt', 'summary.extra']);
  });

  it('accepts a stack with a configured build of the web app', () => {
    const [result] = Object.values(sampleResults);
    const document = JSON.parse(JSON.stringify(result));
    document.stack.services.web.build = { command: 'npm run build', cwd: 'apps/web' };
    expect(v.parse(resultSchema, document)).toEqual(document);
  });
});
