/** Detection in a folder that a test describes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { detectProject } from '../commands/init/detect/index.ts';

/** Returns a function that detects what is in the given files, with one line a service. */
export function useDetection() {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'detect-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  return (files: Record<string, string | object>) => {
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    const project = detectProject(root);
    const shown = [...project.services].map(([name, { kind, start, port }]) => {
      const how =
        'compose' in start
          ? `compose ${start.compose}`
          : 'command' in start
            ? `${start.command}${start.cwd ? ` in ${start.cwd}` : ''}`
            : start.url;
      return `${name}: ${kind}, ${how}${port ? `, ${port}` : ''}`;
    });
    return { ...project, shown };
  };
}
