import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { projectName } from './project-name.ts';

const folders: string[] = [];

function nameOf(files: Record<string, string>): string {
  const parent = mkdtempSync(path.join(tmpdir(), 'meatymusic-name-'));
  folders.push(parent);
  const folder = path.join(parent, 'The Folder');
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return projectName(folder);
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

it.each([
  ['its folder', {}, 'the-folder'],
  ['package.json, without the scope', { 'package.json': '{"name":"@acme/Song_Shop"}' }, 'song-shop'],
  [
    'pyproject.toml',
    { 'pyproject.toml': '[build-system]\nname = "no"\n[project] # metadata\nname = "Orders.API"\n' },
    'orders-api',
  ],
  ['pyproject.toml of Poetry', { 'pyproject.toml': "[tool.poetry]\nname = 'orders'\n" }, 'orders'],
  ['Cargo.toml', { 'Cargo.toml': '[workspace]\n[package]\nname = "orders"\n' }, 'orders'],
  ['go.mod', { 'go.mod': 'module example.com/acme/orders/v2\n\ngo 1.24\n' }, 'orders'],
  ['composer.json', { 'composer.json': '{"name":"acme/orders"}' }, 'orders'],
  [
    'the first manifest that has a name',
    { 'package.json': '{"private":true}', 'pyproject.toml': '[project]\nname = "orders"' },
    'orders',
  ],
  [
    'its folder where the manifests have none',
    { 'package.json': '{', 'pyproject.toml': '[tool.other]\nname = "x"\n[[project]]\n', 'go.mod': '' },
    'the-folder',
  ],
])('is named by %s', (_, files, name) => {
  expect(nameOf(files)).toBe(name);
});
