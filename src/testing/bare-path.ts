import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const tools = ['node', 'npm', 'git', 'sh', 'bash', 'env', 'cat', 'ls', 'ps', 'sleep', 'setsid', 'uname'];

/** A PATH as on a machine with Node.js, npm, git and the usual tools, and neither Redis, PostgreSQL, Docker nor a browser. */
export function makeBarePath(): { path: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-bare-path-'));
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  for (const tool of tools) {
    const program = folders.map((each) => path.join(each, tool)).find((file) => existsSync(file));
    if (program) symlinkSync(program, path.join(folder, tool));
  }
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
