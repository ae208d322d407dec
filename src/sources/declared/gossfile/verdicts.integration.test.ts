import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeAuthority, opensslMissing, type TestAuthority } from '../../../testing/certificates.ts';
import { startNameServer, type TestNameServer } from '../../../testing/dns-server.ts';
import { gossMissing, gossValidate } from '../../../testing/goss.ts';
import { loadDeclared, runForReal } from '../../../testing/run-declared.ts';

const answer: http.RequestListener = (request, response) => {
  if (request.url === '/moved') return void response.writeHead(302, { location: '/page' }).end();
  if (request.url === '/who') return void response.end(String(request.headers.authorization));
  if (request.url === '/slow') return void setTimeout(() => response.end(), 5000).unref();
  response.setHeader('x-lower-case', 'yes');
  response.end(`${request.method} <h1>MeatyMusic</h1>\nsecond line\n`);
};

let folder: string;
let authority: TestAuthority;
let names: TestNameServer;
let plain: number;
let secure: number;
let mutual: number;
const servers: net.Server[] = [];

async function listen(server: net.Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const missing = gossMissing ?? opensslMissing;

/** A gossfile as people have it, with what holds and what does not, judged by goss and by us. */
describe.skipIf(missing)(`beside goss${missing ? ` (skipped: ${missing})` : ''}`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-verdicts-'));
    writeFileSync(path.join(folder, 'text'), 'hello\nworld\n', { mode: 0o644 });
    symlinkSync('text', path.join(folder, 'link'));
    mkdirSync(path.join(folder, 'folder'));
    authority = makeAuthority();
    names = await startNameServer({
      'A:a.example': ['10.0.0.1'],
      'CAA:a.example': ['0 issue ca.example'],
      'CNAME:www.example': ['a.example'],
      'MX:a.example': ['10 mail.example'],
      'NS:a.example': ['ns.example'],
      'SRV:_api._tcp.example': ['1 2 443 a.example'],
      'TXT:a.example': ['v=spf1 -all'],
      'PTR:1.0.0.10.in-addr.arpa': ['a.example'],
    });
    plain = await listen(http.createServer(answer));
    secure = await listen(https.createServer(authority.issue(), answer));
    mutual = await listen(
      https.createServer(
        {
          ...authority.issue(),
          ca: readFileSync(authority.caFile),
          requestCert: true,
          rejectUnauthorized: true,
        },
        answer,
      ),
    );
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    authority.remove();
    names.close();
    for (const server of servers) {
      (server as http.Server).closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function compare(section: string, tests: Record<string, object>) {
    const file = path.join(folder, 'goss.yaml');
    writeFileSync(file, JSON.stringify({ [section]: tests }));
    const { checks } = await loadDeclared({ gossfiles: [file], root: folder, env: {} });
    const ours = await Promise.all(
      checks.map(async (check) => {
        const verdict = await runForReal(check);
        return [check.title.slice(section.length + 2), verdict.status] as const;
      }),
    );
    const results = await gossValidate(file);
    const theirs = Object.keys(tests).map((key) => {
      const own = results
        .filter((each) => each['resource-id'].split(': ')[0] === key)
        .map(({ result }) => result);
      const status = own.includes(1) ? 'fail' : own.every((result) => result === 2) ? 'skip' : 'pass';
      return [key, status] as const;
    });
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
    return Object.values(Object.fromEntries(theirs));
  }

  test('http', async () => {
    const at = (where: string) => `http://127.0.0.1:${plain}${where}`;
    const safe = { url: `https://localhost:${secure}/`, status: 200 };
    const known = { url: `https://localhost:${mutual}/`, status: 200, 'ca-file': authority.caFile };
    const { certFile, keyFile } = authority.issue({ name: 'client.example' });
    const statuses = await compare('http', {
      [at('/page')]: {
        status: 200,
        headers: ['X-Lower-Case: yes'],
        body: ['MeatyMusic', '!error', '/sec.nd/'],
      },
      wrongStatus: { url: at('/page'), status: 404 },
      wrongBody: { url: at('/page'), status: 200, body: ['absent'] },
      wrongHeader: { url: at('/page'), status: 200, headers: ['X-Lower-Case: no'] },
      moved: { url: at('/moved'), status: 200 },
      notFollowed: { url: at('/moved'), status: 302, 'no-follow-redirects': true },
      method: { url: at('/page'), method: 'PUT', status: 200, body: ['/^PUT/'] },
      credentials: {
        url: at('/who'),
        username: 'me',
        password: 'secret',
        status: 200,
        body: ['Basic bWU6c2VjcmV0'],
      },
      header: {
        url: at('/who'),
        'request-headers': ['Authorization: Bearer x'],
        status: 200,
        body: ['Bearer x'],
      },
      slow: { url: at('/slow'), timeout: 300, status: 200 },
      refused: { url: 'http://127.0.0.1:1/', status: 200 },
      skipped: { url: at('/page'), status: 500, skip: true },
      matcher: {
        url: at('/page'),
        status: { or: [200, 204] },
        body: { 'contain-element': { 'have-prefix': 'second' } },
      },
      untrusted: safe,
      insecure: { ...safe, 'allow-insecure': true },
      trusted: { ...safe, 'ca-file': authority.caFile },
      unknownClient: known,
      knownClient: { ...known, 'cert-file': certFile, 'key-file': keyFile },
    });
    expect(new Set(statuses)).toEqual(new Set(['pass', 'fail', 'skip']));
  });

  test('addr and port', async () => {
    await compare('addr', {
      [`tcp://127.0.0.1:${plain}`]: { reachable: true, timeout: 60_000 },
      [`127.0.0.1:${plain}`]: { reachable: true, 'local-address': '127.0.0.1', timeout: 60_000 },
      'tcp://127.0.0.1:1': { reachable: false },
      'tcp://127.0.0.1:2': { reachable: true },
      [`tcp4://127.0.0.1:${plain}`]: { reachable: false, timeout: 60_000 },
    });
    await compare('port', {
      [`tcp:${plain}`]: { listening: true, ip: ['127.0.0.1'] },
      onAnother: { port: `tcp:${plain}`, listening: true, ip: ['0.0.0.0'] },
      [`${secure}`]: { listening: true },
      'tcp:1': { listening: false, ip: ['127.0.0.1'] },
      'tcp6:2': { listening: true },
    });
  });

  test('dns', async () => {
    const server = names.address;
    const at = (resolve: string, addrs: unknown) => ({
      resolve,
      resolvable: true,
      addrs,
      server,
      timeout: 60_000,
    });
    await compare('dns', {
      localhost: { resolvable: true, addrs: ['127.0.0.1'], timeout: 60_000 },
      exactly: {
        resolve: 'localhost',
        resolvable: true,
        addrs: { 'consist-of': ['10.0.0.1'] },
        timeout: 60_000,
      },
      a: at('A:a.example', ['10.0.0.1']),
      any: at('a.example', ['10.0.0.1']),
      caa: at('CAA:a.example', ['0 issue ca.example']),
      cname: at('CNAME:www.example', ['a.example.']),
      mx: at('MX:a.example', ['10 mail.example.']),
      ns: at('NS:a.example', ['ns.example.']),
      srv: at('SRV:_api._tcp.example', ['1 2 443 a.example.']),
      txt: at('TXT:a.example', ['v=spf1 -all']),
      ptr: at('PTR:10.0.0.1', ['a.example.']),
      wrong: at('MX:a.example', ['20 mail.example.']),
      none: { ...at('A:none.example', []), resolvable: false },
      silent: { ...at('A:silent.example', []), timeout: 300 },
    });
  });

  test('command, process and matching', async () => {
    await compare('command', {
      'echo 3': { 'exit-status': 0, stdout: { lt: 5 }, stderr: [] },
      wrong: { exec: 'echo a; echo b >&2; exit 4', 'exit-status': 0 },
      right: { exec: 'echo a; echo b >&2; exit 4', 'exit-status': 4, stdout: ['a', '!b'], stderr: ['b'] },
      killed: { exec: 'kill -9 $$', 'exit-status': -1 },
      late: { exec: 'sleep 3', 'exit-status': 0, timeout: 300 },
      missing: { exec: 'no-such-command', 'exit-status': 127 },
    });
    await compare('process', {
      'no-such-program': { running: false },
      absent: { comm: 'no-such-program', running: true },
    });
    await compare('matching', {
      a: { content: [1, 2], matches: { 'have-len': 2 } },
      b: { content: 'x', matches: 'y' },
    });
  });

  test('file', async () => {
    const at = (name: string) => path.join(folder, name);
    const text = { path: at('text'), exists: true };
    const sha512 = '8b36aa5b46ff2fb3aee3b1a4b7f8e1f0';
    await compare('file', {
      [at('text')]: {
        exists: true,
        mode: '0644',
        filetype: 'file',
        size: 12,
        contents: ['hello', '!nope', '/^wor/'],
      },
      sums: {
        ...text,
        md5: '0f723ae7f9bf07744445e93ac5595156',
        sha256: { 'have-len': 64 },
        sha512: { 'have-len': 128 },
      },
      wrongSum: { ...text, sha512 },
      formerly: { ...text, contains: ['hello'] },
      whole: { ...text, contents: 'hello\nworld\n' },
      numbers: { ...text, uid: process.getuid?.() ?? 0, gid: { ge: 0 } },
      wrongMode: { ...text, mode: '0600' },
      link: {
        path: at('link'),
        exists: true,
        filetype: 'symlink',
        'linked-to': 'text',
        mode: '0777',
        size: 4,
        contents: ['hello'],
      },
      linkSum: { path: at('link'), exists: true, md5: '0f723ae7f9bf07744445e93ac5595156' },
      noLink: { ...text, 'linked-to': 'text' },
      folder: { path: at('folder'), exists: true, filetype: 'directory', contents: [] },
      absent: { path: at('absent'), exists: false, mode: '0644' },
      missing: { path: at('absent'), exists: true, mode: '0644' },
      '/dev/null': { exists: true, filetype: 'character-device' },
      '~root': { exists: true, filetype: 'directory' },
    });
  });

  test('user, group, mount, interface, kernel-param, package', async () => {
    await compare('user', {
      root: { exists: true, uid: 0, gid: 0, groups: ['root'], home: '/root', shell: { 'have-prefix': '/' } },
      wrong: { username: 'root', exists: true, uid: 1 },
      'no-such-user': { exists: false, uid: 7 },
    });
    await compare('group', {
      root: { exists: true, gid: 0 },
      wrong: { groupname: 'root', exists: true, gid: 1 },
    });
    await compare('mount', {
      '/proc': { exists: true, filesystem: 'proc', source: 'proc', opts: ['rw'] },
      wrong: { mountpoint: '/proc', exists: true, filesystem: 'ext4' },
    });
    await compare('interface', {
      lo: { exists: true, addrs: ['127.0.0.1/8'], mtu: { ge: 1500 } },
      wrong: { name: 'lo', exists: true, mtu: 1 },
      'no-such0': { exists: false },
    });
    await compare('kernel-param', {
      'kernel.ostype': { value: 'Linux' },
      wrong: { name: 'kernel.ostype', value: 'BSD' },
    });
    await compare('package', {
      'no-such-package': { installed: false, versions: ['1'] },
      dpkg: { installed: true, versions: { 'have-len': 1 } },
      wrong: { name: 'dpkg', installed: true, versions: ['0.0.1'] },
    });
  });
});
