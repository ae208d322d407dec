import { createPublicKey, createSign, createVerify } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureStackKeys, readStackKeys } from './keys.ts';
import {
  type ComposeState,
  formerRoots,
  readState,
  removeState,
  stackFolder,
  stateFile,
  writeState,
} from './state.ts';

let root: string;
const state: ComposeState = {
  version: 2,
  runtime: 'compose',
  startedAt: '2026-01-01T00:00:00.000Z',
  project: 'meatymusic',
  files: ['docker-compose.yml'],
};

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'meatymusic-state-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('the state file', () => {
  it('is read as it was written, by its owner alone, and unknown to git', () => {
    writeState(root, 'compose', state);
    expect(readState(root).compose).toMatchObject(state);
    expect(statSync(stateFile(root, 'compose')).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(stackFolder(root), '.gitignore')).size).toBe(2);
    removeState(root, 'compose');
    expect(readState(root).compose).toBeUndefined();
  });

  it('counts as absent when it is damaged or of another version', () => {
    writeState(root, 'compose', state);
    writeFileSync(stateFile(root, 'compose'), '{"version":1,"runtime":"emb');
    expect(readState(root).compose).toBeUndefined();
    writeFileSync(stateFile(root, 'compose'), JSON.stringify({ ...state, version: 1 }));
    expect(readState(root).compose).toBeUndefined();
  });
});

describe('the folder that a state file belongs to', () => {
  it('is the original and not a copy of it', () => {
    writeState(root, 'compose', state);
    const copy = `${root}-copy`;
    cpSync(root, copy, { recursive: true });
    try {
      expect(readState(copy).compose).toBeUndefined();
      expect(readState(root).compose).toMatchObject(state);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it('is the same after it was moved, and by a symbolic link; its files are found where they are now', () => {
    const former = root;
    writeState(root, 'compose', {
      ...state,
      files: [path.join(root, 'compose.yaml'), '/elsewhere/compose.yaml'],
    });
    root = `${former}-moved`;
    renameSync(former, root);
    const files = [path.join(root, 'compose.yaml'), '/elsewhere/compose.yaml'];
    expect(readState(root).compose).toMatchObject({ ...state, files });
    expect(formerRoots(root)).toEqual([former]);
    symlinkSync(root, former);
    try {
      expect(readState(former).compose).toMatchObject({ project: state.project });
    } finally {
      rmSync(former);
    }
    // Containers keep the label with the former path as long as nothing makes them anew.
    writeState(root, 'compose', { ...state, files });
    expect(formerRoots(root)).toEqual([former]);
    mkdirSync(former);
    expect(formerRoots(root)).toEqual([]);
    rmSync(former, { recursive: true });
  });
});

describe('the keys of a stack', () => {
  it('are made once, for their owner alone, and the JWKS holds the public half', async () => {
    expect(readStackKeys(root)).toBeUndefined();
    const keys = await ensureStackKeys(root);
    expect(await ensureStackKeys(root)).toEqual(keys);
    expect(statSync(path.join(stackFolder(root), 'keys', 'signing-key.pem')).mode & 0o777).toBe(0o600);
    const [jwk] = (JSON.parse(keys.jwks) as { keys: Record<string, string>[] }).keys;
    expect(Object.keys(jwk!).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    const signature = createSign('RSA-SHA256').update('text').sign(keys.signingKeyPem);
    const publicKey = createPublicKey({ key: jwk!, format: 'jwk' });
    expect(createVerify('RSA-SHA256').update('text').verify(publicKey, signature)).toBe(true);
  });
});
