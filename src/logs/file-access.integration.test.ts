import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileLogAccess } from './file-access.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-access-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function textOf(file: string, sinceMs?: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of fileLogAccess(file).open(sinceMs)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('fileLogAccess', () => {
  it('loses nothing when the log is moved away and begun anew', async () => {
    const file = join(folder, 'a.log');
    const sinceMs = Date.now();
    writeFileSync(file, 'one\ntwo\n');
    renameSync(file, `${file}.1`);
    expect(await textOf(file, sinceMs)).toBe('one\ntwo\n');
    writeFileSync(file, 'three\n');
    expect(await textOf(file, sinceMs)).toBe('one\ntwo\nthree\n');
  });

  it('reads what is there after the log was truncated in place', async () => {
    const file = join(folder, 'a.log');
    writeFileSync(file, 'one\n');
    expect(await textOf(file)).toBe('one\n');
    truncateSync(file);
    appendFileSync(file, 'two\n');
    expect(await textOf(file)).toBe('two\n');
  });

  it('has nothing where there is no file', async () => {
    expect(await textOf(join(folder, 'absent.log'))).toBe('');
  });

  it('does not wait for ever for a FIFO: without a writer, and with one that never stops', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    expect(await textOf(fifo)).toBe('');
    const writer = spawn('sh', ['-c', `exec yes line > ${fifo}`], { stdio: 'ignore' });
    try {
      await expect.poll(() => textOf(fifo), { timeout: 10_000 }).toMatch(/^line\nline\n/);
    } finally {
      writer.kill('SIGKILL');
    }
  }, 20_000);

  it('reads a large log from the last place that is older than the moment asked for', async () => {
    const file = join(folder, 'a.log');
    const start = Date.UTC(2026, 0, 1);
    const line = (second: number) =>
      `{"time":${start + second * 1000},"level":30,"msg":"${'x'.repeat(100)}"}\n`;
    writeFileSync(file, Array.from({ length: 20_000 }, (_, second) => line(second)).join(''));
    const text = await textOf(file, start + 19_990_000);
    expect(text.length).toBeLessThan(300_000);
    expect(text.endsWith(line(19_999))).toBe(true);
    expect(text).toContain(line(19_980));
    expect(await textOf(file, start)).toHaveLength(20_000 * line(0).length);
  });
});
