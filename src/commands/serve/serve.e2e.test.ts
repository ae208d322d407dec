import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notBuilt, type RunningCli, startCli } from '../../testing/project.ts';

const token = 'a-token-of-this-test';
let folder: string;
let api: Server;
let running: RunningCli[] = [];

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'meatymusic-serve-')));
  api = createServer((_, response) => response.end('{"status":"ok"}'));
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const { port } = api.address() as AddressInfo;
  const config = { runtime: 'external', services: { api: { url: `http://127.0.0.1:${port}` } } };
  writeFileSync(path.join(folder, 'meatymusic.config.json'), JSON.stringify(config));
});
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  api.closeAllConnections();
  await new Promise((resolve) => api.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], env: Record<string, string> = {}): RunningCli {
  const cli = startCli(folder, ['serve', ...args], env);
  running = [...running, cli];
  return cli;
}

/** Starts a server and resolves to its address, once a run has ended. */
async function serve(args: readonly string[], env: Record<string, string> = {}) {
  const cli = start(['--port', '0', '--every', '1s', ...args], env);
  await cli.sees(/(passed|failed): /);
  const [, url = ''] = /(http:\S+?)\/ /.exec(cli.stderr) ?? [];
  return { cli, url };
}

describe.skipIf(notBuilt)(`serve${notBuilt ? ` (${notBuilt})` : ''}`, () => {
  it('verifies by the clock: what breaks is 503 at the next run, and 200 again once it is repaired', async () => {
    const { cli, url } = await serve(['api/health']);
    const status = async () => (await fetch(`${url}/healthz`)).status;
    expect(await status()).toBe(200);
    const { port } = api.address() as AddressInfo;
    api.closeAllConnections();
    await new Promise((resolve) => api.close(resolve));
    await expect.poll(status, { timeout: 30_000 }).toBe(503);
    await new Promise<void>((resolve) => api.listen(port, '127.0.0.1', resolve));
    await expect.poll(status, { timeout: 30_000 }).toBe(200);
    cli.child.kill('SIGTERM');
    expect(await cli.ended).toMatchObject({ code: 143, stdout: '' });
  });

  it('passes the arguments behind -- to verify, and runs nothing that writes', async () => {
    const { url } = await serve(['--', 'api/health', 'api/ready-tells-truth', '--timeout', '3s']);
    const result = (await (await fetch(`${url}/result.json`)).json()) as {
      checks: Record<string, unknown>[];
    };
    expect(result.checks.map(({ id }) => id)).toContain('api/health');
    expect(result.checks.filter(({ effects, status }) => effects !== 'none' && status !== 'skip')).toEqual(
      [],
    );
  });

  it('names the holder of a port that is taken', async () => {
    const { cli, url } = await serve(['api/health']);
    const { code, stderr } = await start(['--port', new URL(url).port, 'api/health']).ended;
    expect(code).toBe(69);
    expect(stderr).toContain(`is taken by process ${cli.child.pid} (`);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('ends at once where no run could have a result', async () => {
    const { code, stderr } = await start(['--port', '0', 'nothing/here']).ended;
    expect(code).toBe(2);
    expect(stderr).toContain('error[unknown-check]');
  });

  it.each([
    [['--host', '0.0.0.0'], {}, 'there is no token'],
    [['--token-file', 'none'], {}, '--token-file none: ENOENT'],
    [[], { MEATYMUSIC_SERVE_TOKEN: 'short' }, 'the token has 5 characters'],
    [['--', '--reporter', 'json'], {}, 'serve cannot pass --reporter to verify'],
    [['--every', '10ms'], {}, 'Write 1s to 1d'],
    [['--port', '70000'], {}, 'Write 0 to 65535'],
  ])('refuses %j %j', async (args, env, message) => {
    const { code, stderr } = await start(['--port', '0', ...args], env as Record<string, string>).ended;
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('keeps the token from output and from the checks', async () => {
    const leak = `import { defineCheck } from 'meatymusic';
export default defineCheck({ title: 'It holds', failureTitle: 'It does not', why: 'a test', needs: [],
  codes: { wrong: { means: 'it is wrong', hint: 'fix it' } },
  async run({ fail }) { return fail('wrong', { expected: 'a', actual: 'seen: ' + process.env.MEATYMUSIC_SERVE_TOKEN }); } });`;
    writeFileSync(path.join(folder, 'leak.mjs'), leak);
    const config = { runtime: 'external', checks: '.', services: { api: { url: 'http://127.0.0.1:1' } } };
    writeFileSync(path.join(folder, 'meatymusic.config.json'), JSON.stringify(config));
    const { cli, url } = await serve(['leak'], { MEATYMUSIC_SERVE_TOKEN: token });
    expect((await fetch(`${url}/result.json`)).status).toBe(401);
    const headers = { authorization: `Bearer ${token}` };
    const text = await (await fetch(`${url}/result.json`, { headers })).text();
    expect(text).toContain('seen: undefined');
    expect(text + cli.stderr).not.toContain(token);
  });
});
