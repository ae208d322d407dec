import { expect, test } from 'vitest';
import { readClaim } from './telemetry-claim.ts';

const pattern = /\b(?:telemetry|tracing)\b.*\b(?:initialized|started|enabled)\b/i;

test.each([
  ['telemetry initialized', 'claims'],
  // Only the clause of the statement can deny it.
  ['no cache. telemetry initialized', 'claims'],
  ['no cache, telemetry initialized', 'claims'],
  ['no cache! telemetry initialized; errors are sent', 'claims'],
  ['no.cache telemetry initialized', 'denies'],
  ['cache ready. no telemetry initialized', 'denies'],
  ['cache, telemetry is not initialized', 'denies'],
  ['telemetry initialized, nothing failed', 'claims'],
  ['telemetry enabled: false', 'denies'],
  ['telemetry enabled? "false"', 'denies'],
  ['telemetry can’t be initialized', 'denies'],
  ['tracing disabled', 'denies'],
  ['the song has started', undefined],
  ['Failed to load resource: telemetry started', undefined],
])('%s: %s', (line, claim) => {
  expect(readClaim(line, pattern)).toBe(claim);
});

test('a word that the pattern asks for denies nothing', () => {
  expect(readClaim('tracing is not started', /tracing is not started/)).toBe('claims');
});
