import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChromium } from './find-chromium.ts';

let folder: string;
const inFolder = (name: string) => path.join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-chromium-'));
  for (const name of ['chromium', 'google-chrome', 'mine']) {
    writeFileSync(inFolder(name), '');
    chmodSync(inFolder(name), 0o755);
  }
  writeFileSync(inFolder('no-program'), '');
  mkdirSync(inFolder('shell'));
  writeFileSync(inFolder('shell/chromium-headless-shell'), '', { mode: 0o755 });
  mkdirSync(inFolder('bin'));
  mkdirSync(inFolder('bin/chromium'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('takes the one of the configuration, then CHROMIUM_PATH, then the PATH', () => {
  const env = { CHROMIUM_PATH: inFolder('google-chrome'), PATH: folder };
  expect(findChromium(inFolder('mine'), env)).toMatchObject({ path: inFolder('mine') });
  expect(findChromium(undefined, env)).toMatchObject({ path: inFolder('google-chrome') });
  expect(findChromium(undefined, { PATH: folder })).toMatchObject({ path: inFolder('chromium') });
});

test('prefers the one without windows, wherever on the PATH it is', () => {
  const { path: found } = findChromium(undefined, { PATH: `${folder}${path.delimiter}${inFolder('shell')}` });
  expect(found).toBe(inFolder('shell/chromium-headless-shell'));
});

test('does not replace one that is named and not there', () => {
  const env = { CHROMIUM_PATH: inFolder('nothing'), PATH: folder };
  expect(findChromium(undefined, env)).toEqual({
    source: `CHROMIUM_PATH=${inFolder('nothing')}, which is no program`,
  });
  expect(findChromium(inFolder('no-program'), env).path).toBeUndefined();
});

test('neither a folder nor a relative part of the PATH will do', () => {
  const { path: found } = findChromium(undefined, { PATH: `${inFolder('bin')}${path.delimiter}.` });
  expect(found).not.toBe(inFolder('bin/chromium'));
});
