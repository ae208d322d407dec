import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolder } from './open.ts';
import { preparedFile } from './prepared-folder.ts';

const prepared = preparedFile();
const notBuilt = existsSync(prepared) ? undefined : 'needs the prepared folder (npm run build)';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'open-'));
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

async function nameIn(folder: string, name: string, file?: string): Promise<unknown> {
  const database = await openFolder(folder, name, file);
  try {
    await database.exec('create extension vector; create table kept (n int)');
    const { rows } = await database.query('select current_database() as name');
    return rows;
  } finally {
    await database.close();
  }
}

describe('a new database folder', () => {
  it.skipIf(notBuilt)(`is the prepared one${notBuilt ? ` (${notBuilt})` : ''}`, async () => {
    const folder = path.join(parent, 'data');
    expect(await nameIn(folder, 'meatymusic')).toEqual([{ name: 'meatymusic' }]);
    expect(readdirSync(parent)).toEqual(['data']);
    const again = await openFolder(folder, 'meatymusic');
    expect((await again.query('select * from kept')).rows).toEqual([]);
    await again.close();
  });

  it('has the database that is asked for', async () => {
    expect(await nameIn(path.join(parent, 'data'), 'a "b"')).toEqual([{ name: 'a "b"' }]);
  });

  it('is made by initdb where none was prepared for this PGlite', async () => {
    const folder = path.join(parent, 'data');
    expect(await nameIn(folder, 'meatymusic', path.join(parent, 'database-0.0.0.br'))).toEqual([
      { name: 'meatymusic' },
    ]);
  });

  it.skipIf(notBuilt)('does not stay behind when the prepared file is damaged', async () => {
    const damaged = path.join(parent, 'damaged.br');
    writeFileSync(damaged, readFileSync(prepared).subarray(0, 100_000));
    await expect(openFolder(path.join(parent, 'data'), 'meatymusic', damaged)).rejects.toThrow();
    expect(readdirSync(parent)).toEqual(['damaged.br']);
  });
});
