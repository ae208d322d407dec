/** The image of the command line, built as the comment of its Dockerfile says. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../base/package-root.ts';
import { dockerMissing } from '../testing/docker.ts';
import { notBuilt } from '../testing/project.ts';

const missing = notBuilt ?? dockerMissing;
const tag = `meatymusic-test-${process.pid}`;
let folder: string;
let api: Server;

beforeAll(async () => {
  if (missing) return;
  const head =
    readFileSync(path.join(packageRoot, 'docs/deploy/Dockerfile'), 'utf8').split('\nARG ')[0] ?? '';
  const command = head
    .split('\n')
    .filter((line) => line.startsWith('#   '))
    .map((line) => line.slice(4))
    .join('\n')
    .replace('--tag meatymusic', `--tag ${tag}`);
  execFileSync('/bin/sh', ['-c', command], { cwd: packageRoot, stdio: ['ignore', 'ignore', 'pipe'] });
  folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-image-'));
  mkdirSync(path.join(folder, 'results'));
  chmodSync(folder, 0o755);
  chmodSync(path.join(folder, 'results'), 0o777);
  api = createServer((_, response) => response.end('{"status":"ok"}'));
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  const config = { runtime: 'external', services: { api: { url } } };
  writeFileSync(path.join(folder, 'meatymusic.config.json'), JSON.stringify(config));
}, 180_000);

afterAll(async () => {
  if (missing) return;
  api?.closeAllConnections();
  await new Promise((resolve) => api?.close(resolve));
  execFileSync('docker', ['rmi', '--force', tag], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** Runs a container as the manifests do. */
function run(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; text: string }> {
  const mounts = ['--volume', `${folder}:/project:ro`, '--volume', `${folder}/results:/results`];
  const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const options = ['--rm', '--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--network', 'host'];
  return new Promise((resolve) => {
    execFile(
      'docker',
      ['run', ...options, ...mounts, ...variables, tag, ...args],
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr });
      },
    );
  });
}

const idsIn = (name: string): string[] =>
  JSON.parse(readFileSync(path.join(folder, 'results', name), 'utf8')).checks.map(
    ({ id }: { id: string }) => id,
  );

describe.skipIf(missing)(`the image${missing ? ` (${missing})` : ''}`, () => {
  it('runs as a user without rights and installs nothing', () => {
    const text = execFileSync('docker', ['inspect', tag, '--format', '{{json .Config}}'], {
      encoding: 'utf8',
    });
    expect(JSON.parse(text)).toMatchObject({ User: '1000:1000', Cmd: ['verify'] });
  });

  it('verifies in parts, side by side as an Indexed Job, and merges them into one report', async () => {
    const verify = ['verify', 'api/*', '--read-only'];
    const part = (index: number) =>
      run([...verify, '--shard', 'auto', '--reporter', 'blob=/results/job'], {
        JOB_COMPLETION_INDEX: String(index),
        MEATYMUSIC_SHARD_TOTAL: '2',
      });
    const runs = await Promise.all([
      run([...verify, '--reporter', 'json=/results/whole.json']),
      part(0),
      part(1),
    ]);
    for (const { code, text } of runs) expect(code > 1 ? text : 'ran').toBe('ran');
    const reporters = ['--reporter', 'json=/results/merged.json', '--reporter', 'html=/results/merged.html'];
    const merged = await run(['report', '/results/job', ...reporters]);
    expect(merged.code > 1 ? merged.text : 'merged').toBe('merged');
    expect(idsIn('whole.json')).toContain('api/health');
    expect(idsIn('merged.json').sort()).toEqual(idsIn('whole.json').sort());
    expect(readFileSync(path.join(folder, 'results/merged.html'), 'utf8')).toContain('api/health');
  }, 120_000);
});
