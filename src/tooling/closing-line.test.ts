import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { addToTally } from './closing-line.ts';

it('counts the runs that share a file together', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-tally-'));
  try {
    const file = path.join(folder, 'tally');
    writeFileSync(file, '');
    expect(addToTally({ passed: 5, failed: 1, skipped: 0 }, file)).toEqual({
      passed: 5,
      failed: 1,
      skipped: 0,
    });
    expect(addToTally({ passed: 2, failed: 0, skipped: 3 }, file)).toEqual({
      passed: 7,
      failed: 1,
      skipped: 3,
    });
    expect(addToTally({ passed: 2, failed: 0, skipped: 3 }, undefined)).toEqual({
      passed: 2,
      failed: 0,
      skipped: 3,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
