import { expect, it } from 'vitest';
import { createRedactor } from '../base/redact.ts';
import { configOf } from '../config/schema.ts';
import { loadAllChecks } from './all-checks.ts';

it('keeps the IDs and codes of checks readable beside a password that is one of their words', async () => {
  const redact = createRedactor('wrong', 'audience', 'hunter2');
  const project = { config: configOf({}), root: '/nowhere', origins: new Map(), env: {}, redact };
  const { checks } = await loadAllChecks(project);
  for (const { id, codes } of checks)
    for (const name of [id, ...Object.keys(codes)]) expect(redact(name)).toBe(name);
  expect(redact('auth/wrong-audience: redis://:wrong@h, password=audience, hunter2')).toBe(
    'auth/wrong-audience: redis://:[redacted]@h, password=[redacted], [redacted]',
  );
});
