/** Folders that are expensive to make and the same for all test files of a run: made once, then copied. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const variable = 'MEATYMUSIC_TEST_RUN';

/** Global setup of Vitest: makes the folder of the run, and returns the function that removes it. */
export default function makeRunFolder(): () => void {
  const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-run-'));
  process.env[variable] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Makes `folder` by `create`, or as a copy of the first one of this name, with its owner and modes. */
export async function createOnce(
  name: string,
  folder: string,
  create: () => Promise<unknown>,
): Promise<void> {
  const runFolder = process.env[variable];
  if (!runFolder) {
    await create();
    return;
  }
  const first = path.join(runFolder, name);
  if (existsSync(first)) {
    await run('cp', ['-a', first, folder]);
    return;
  }
  await create();
  // Another file may make it at the same time: the first to rename its copy wins.
  const copy = `${first}-${process.pid}`;
  await run('cp', ['-a', folder, copy]);
  await rename(copy, first).catch(() => rm(copy, { recursive: true, force: true }));
}
