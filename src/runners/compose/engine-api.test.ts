import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configOf } from '../../config/schema.ts';
import { createEngineCli } from './cli.ts';
import { findEngineApi } from './engine-api.ts';
import { readLog, splitStreams } from './log-stream.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'engine-api-'));
const socket = path.join(folder, 'docker.sock');
let server: Server;

beforeAll(async () => {
  server = createServer((request, response) => {
    const status = request.url === '/gone' ? 404 : request.url === '/broken' ? 500 : 200;
    response.statusCode = status;
    response.end(JSON.stringify({ asked: request.url }));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const id = createHash('sha256').update('mine').digest('hex');
  const context = path.join(folder, 'docker/contexts/meta', id);
  mkdirSync(context, { recursive: true });
  const host = `unix://${socket}`;
  writeFileSync(path.join(context, 'meta.json'), JSON.stringify({ Endpoints: { docker: { Host: host } } }));
  writeFileSync(path.join(folder, 'docker/config.json'), '{ "currentContext": "mine" }');
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('the API of the engine', () => {
  const ofContext = { DOCKER_CONFIG: path.join(folder, 'docker') };
  it.each([
    ['DOCKER_HOST', { DOCKER_HOST: `unix://${socket}`, DOCKER_CONTEXT: 'other' }],
    ['DOCKER_CONTEXT', { ...ofContext, DOCKER_CONTEXT: 'mine' }],
    ['the current context', ofContext],
  ])('is found by %s', async (_, env) => {
    const api = findEngineApi('docker', env);
    expect(await api?.get('/version')).toEqual({ asked: '/version' });
  });

  it('is found at the socket of Podman', async () => {
    expect(findEngineApi('podman', { CONTAINER_HOST: `unix://${socket}` })).toBeDefined();
    mkdirSync(path.join(folder, 'podman'));
    writeFileSync(path.join(folder, 'podman/podman.sock'), '');
    expect(findEngineApi('podman', { XDG_RUNTIME_DIR: folder })).toBeDefined();
  });

  it.each([
    ['an engine on another machine', { DOCKER_HOST: 'ssh://build.example' }],
    ['a socket that does not exist', { DOCKER_HOST: 'unix:///none/docker.sock' }],
    ['a context that does not exist', { ...ofContext, DOCKER_CONTEXT: 'none' }],
  ])('is not there for %s', (_, env) => {
    expect(findEngineApi('docker', env)).toBeUndefined();
  });

  it('answers with nothing for what does not exist, and rejects another status', async () => {
    const api = findEngineApi('docker', { DOCKER_HOST: `unix://${socket}` });
    expect(await api?.get('/gone')).toBeUndefined();
    await expect(api?.get('/broken')).rejects.toThrow('the engine answered with 500 to /broken');
  });
});

describe('splitStreams', () => {
  const frame = (stream: number, text: string) => {
    const header = Buffer.alloc(8);
    header[0] = stream;
    header.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([header, Buffer.from(text)]);
  };
  const split = (chunks: readonly Buffer[]) => {
    const texts = { stdout: '', stderr: '' };
    const sink = splitStreams(
      (chunk) => {
        texts.stdout += chunk;
      },
      (chunk) => {
        texts.stderr += chunk;
      },
    );
    for (const chunk of chunks) sink(chunk);
    return texts;
  };
  const body = Buffer.concat([frame(1, 'one\n'), frame(2, 'two\n'), frame(1, ''), frame(1, 'three\n')]);

  it('separates the streams, however the frames are cut', () => {
    const expected = { stdout: 'one\nthree\n', stderr: 'two\n' };
    expect(split([body])).toEqual(expected);
    expect(split([...body].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it('takes the bytes of a container with a terminal as they are', () => {
    const line = Buffer.from('2026-01-01T00:00:00Z one\n');
    expect(split([line.subarray(0, 5), line.subarray(5)])).toEqual({ stdout: String(line), stderr: '' });
  });
});

it('reads the log of the engine that the configuration names, where that has no local socket', async () => {
  const program = path.join(folder, 'docker-cli/docker');
  mkdirSync(path.dirname(program));
  writeFileSync(program, '#!/bin/sh\necho "2026-01-05T09:00:00Z $DOCKER_HOST"\n');
  chmodSync(program, 0o755);
  const cli = createEngineCli({
    config: configOf({ compose: { env: { DOCKER_HOST: 'tcp://elsewhere:2375' } } }),
    root: folder,
    env: { PATH: `${path.dirname(program)}:${process.env.PATH}`, DOCKER_HOST: `unix://${socket}` },
  });
  const { signal } = new AbortController();
  const lines = await readLog({ cli, container: { id: 'c1', service: 'api' }, signal });
  expect(lines.map(({ text }) => text)).toEqual(['tcp://elsewhere:2375']);
});
