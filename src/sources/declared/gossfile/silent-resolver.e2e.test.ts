import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../../../base/package-root.ts';
import { makeProject, notBuilt, type TestProject } from '../../../testing/project.ts';
import { noSilentResolver, withSilentResolver } from '../../../testing/silent-resolver.ts';

const missing = notBuilt ?? noSilentResolver;

/** Row 12 of the faults. A lookup of the system's takes minutes then, and there are but four threads for them. */
describe.skipIf(missing)(`a silent name server${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let project: TestProject;
  beforeAll(async () => {
    project = await makeProject({ runtime: 'external' });
  });
  afterAll(() => project.remove());

  test('fails every check that needs it within its time, and holds up neither the others nor the end', async () => {
    const kinds = [
      'kind: http, url: "http://silent.example/", status: 200',
      'kind: tcp, host: silent.example, port: 80, reachable: true',
      'kind: tls, host: silent.example, authorized: true',
      'kind: dns, name: silent.example, resolvable: true',
    ];
    const entries = [...kinds, ...kinds, ...kinds].map(
      (kind, index) => `  - { id: silent/check-${index}, timeout: 3s, ${kind} }\n`,
    );
    const text = `checks:\n${entries.join('')}  - { id: silent/file, kind: file, path: checks.yaml, exists: true }\n`;
    writeFileSync(project.file('checks.yaml'), text);
    const cli = [process.execPath, path.join(packageRoot, 'bin/meatymusic.js')];
    const args = [
      'verify',
      'silent/*',
      '--check-file',
      'checks.yaml',
      '--json',
      '--reporter',
      'junit=report.xml',
    ];
    const { code, asked, stdout } = await withSilentResolver([...cli, ...args], project.folder);
    const { checks } = JSON.parse(stdout) as {
      checks: { id: string; status: string; verdict: { actual?: string } }[];
    };
    expect(asked).toBeGreaterThan(0);
    expect(checks.filter(({ status }) => status === 'pass').map(({ id }) => id)).toEqual(['silent/file']);
    expect(checks.filter(({ status }) => status === 'fail')).toHaveLength(12);
    expect(JSON.stringify(checks)).toContain('no address for the name silent.example within');
    expect(code).toBe(1);
    expect(readFileSync(project.file('report.xml'), 'utf8')).toContain('</testsuites>');
  });
});
