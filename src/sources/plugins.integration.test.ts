import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runForReal } from '../testing/run-declared.ts';
import { makeChecks } from './make-checks.ts';
import { findInPlugin } from './plugins.ts';

test('a plugin is packed, installed offline and loaded; a package that is not installed is named', async () => {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'meatymusic-plugin-')));
  const server = net.createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
    server.close();
  });
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
    cwd: path.join(import.meta.dirname, 'fixtures/plugin'),
  });
  const tarball = path.join(folder, packed.toString().trim().split('\n').at(-1)!);
  writeFileSync(path.join(folder, 'package.json'), '{ "name": "project", "private": true }');
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--silent', tarball], {
    cwd: folder,
  });

  const [check] = makeChecks([await findInPlugin('meatymusic-plugin-example', folder)]);
  expect(check).toMatchObject({ id: 'example/port-open', source: 'meatymusic-plugin-example' });
  const at = (port: number) => ({ services: { api: { url: `http://127.0.0.1:${port}` } } });
  const { port } = server.address() as AddressInfo;
  expect(await runForReal(check!, at(port))).toMatchObject({ status: 'pass' });
  expect(await runForReal(check!, at(1))).toMatchObject({ status: 'fail', code: 'closed' });

  expect((await findInPlugin('meatymusic-plugin-none', folder)).problems).toEqual([
    expect.stringContaining('plugin meatymusic-plugin-none: is not installed'),
  ]);
});
