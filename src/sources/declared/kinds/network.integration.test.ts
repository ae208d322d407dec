import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeAuthority, opensslMissing, type TestAuthority } from '../../../testing/certificates.ts';
import { startNameServer, type TestNameServer } from '../../../testing/dns-server.ts';
import { declared, runForReal } from '../../../testing/run-declared.ts';

describe('dns', () => {
  let names: TestNameServer;
  beforeAll(async () => {
    names = await startNameServer({
      'A:a.example': ['10.0.0.1', '10.0.0.2'],
      'AAAA:a.example': ['fd00:0:0:0:0:0:0:1'],
      'CAA:a.example': ['0 issue ca.example'],
      'CNAME:www.example': ['a.example'],
      'MX:a.example': ['10 mail.example'],
      'NS:a.example': ['ns.example'],
      'SRV:_api._tcp.example': ['1 2 443 a.example'],
      'TXT:a.example': ['v=spf1 -all'],
      'PTR:1.0.0.10.in-addr.arpa': ['a.example'],
    });
  });
  afterAll(() => names.close());

  const run = (entry: string) =>
    runForReal(declared(`kind: dns, server: "${names.address}", timeout: 2s, ${entry}`));

  test.each([
    ['name: a.example, addrs: { any-order: [10.0.0.1, 10.0.0.2, "fd00::1"] }'],
    ['name: a.example, type: A, addrs: { any-order: [10.0.0.1, 10.0.0.2] }'],
    ['name: a.example, type: AAAA, addrs: ["fd00::1"]'],
    ['name: a.example, type: CAA, addrs: [0 issue ca.example]'],
    ['name: www.example, type: CNAME, addrs: [a.example]'],
    ['name: a.example, type: MX, addrs: [10 mail.example]'],
    ['name: a.example, type: NS, addrs: [ns.example]'],
    ['name: _api._tcp.example, type: SRV, addrs: [1 2 443 a.example]'],
    ['name: _api._tcp.example, type: SRV, trailing-dot: true, addrs: [1 2 443 a.example.]'],
    ['name: a.example, type: TXT, addrs: [v=spf1 -all]'],
    ['name: 10.0.0.1, type: PTR, addrs: [a.example]'],
    ['name: nothing.example, type: A, resolvable: false'],
  ])('passes: %s', async (entry) => {
    expect(await run(entry)).toMatchObject({ status: 'pass' });
  });

  test('fails with what the name resolves to', async () => {
    expect(await run('name: a.example, type: A, addrs: [10.0.0.3]')).toMatchObject({
      status: 'fail',
      code: 'mismatch',
      actual: expect.stringContaining('10.0.0.2'),
    });
    expect(await run('name: nothing.example, type: A, resolvable: true')).toMatchObject({
      status: 'fail',
      code: 'unreachable',
      actual: expect.stringContaining('the name does not resolve'),
    });
  });

  test('a name server that is silent, or not there, proves nothing of a name', async () => {
    expect(await run('name: silent.example, type: A, resolvable: false')).toMatchObject({
      status: 'fail',
      code: 'unreachable',
      actual: expect.stringContaining('no answer'),
    });
    const noServer = 'kind: dns, server: "127.0.0.1:1", timeout: 2s, name: a.example, resolvable: false';
    expect(await runForReal(declared(noServer))).toMatchObject({ status: 'fail', code: 'unreachable' });
  });
});

describe('tcp', () => {
  test('passes and fails by what listens; the address to connect from can be chosen', async () => {
    const from: (string | undefined)[] = [];
    const server = net.createServer((socket) => {
      from.push(socket.remoteAddress);
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const run = (entry: string) => runForReal(declared(`kind: tcp, timeout: 2s, ${entry}`));
    expect(
      await run(`host: localhost, port: ${port}, reachable: true, address: "127.0.0.1:${port}"`),
    ).toMatchObject({
      status: 'pass',
    });
    expect(
      await run(`host: 127.0.0.1, local-address: 127.0.0.9, port: ${port}, reachable: true`),
    ).toMatchObject({
      status: 'pass',
    });
    expect(from).toContain('127.0.0.9');
    expect(await run(`host: localhost, family: 6, port: ${port}, reachable: true`)).toMatchObject({
      status: 'fail',
      code: 'unreachable',
    });
    expect(await run(`host: localhost, port: ${port}, reachable: false`)).toMatchObject({
      status: 'fail',
      code: 'mismatch',
      actual: 'reachable is true',
    });
    await new Promise((resolve) => server.close(resolve));
  });
});

describe.skipIf(opensslMissing)(`tls${opensslMissing ? ` (skipped: ${opensslMissing})` : ''}`, () => {
  let authority: TestAuthority;
  const servers: tls.Server[] = [];
  beforeAll(() => {
    authority = makeAuthority();
  });
  afterAll(async () => {
    authority.remove();
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
  });

  async function serve(what: Parameters<TestAuthority['issue']>[0]): Promise<number> {
    const server = tls.createServer(authority.issue(what), (socket) => socket.on('error', () => {}).end());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }
  const run = (port: number, entry: string) =>
    runForReal(
      declared(`kind: tls, host: localhost, port: ${port}, ca-file: "${authority.caFile}", ${entry}`),
    );

  test('passes on a certificate that is trusted, its names and its days', async () => {
    const port = await serve({ days: 30 });
    const expected =
      'authorized: true, reason: "", names: [DNS:localhost], subject: CN=localhost, issuer: CN=Test authority, days-left: { ge: 29 }, protocol: TLSv1.3';
    expect(await run(port, expected)).toMatchObject({ status: 'pass' });
    expect(await run(port, 'days-left: { ge: 60 }')).toMatchObject({
      status: 'fail',
      code: 'mismatch',
      actual: 'days-left is 29',
    });
  });

  test('fails on one that is expired, or for another host, with the reason', async () => {
    const expired = await serve({ days: -1 });
    expect(await run(expired, 'authorized: true, reason: ""')).toMatchObject({
      status: 'fail',
      code: 'mismatch',
      actual: 'authorized is false; reason is "CERT_HAS_EXPIRED"',
    });
    expect(await run(expired, 'reason: CERT_HAS_EXPIRED')).toMatchObject({ status: 'pass' });
    const other = await serve({ name: 'other.example' });
    expect(await run(other, 'authorized: true')).toMatchObject({ status: 'fail', code: 'mismatch' });
    expect(await run(other, 'server-name: other.example, authorized: true')).toMatchObject({
      status: 'pass',
    });
  });

  test('fails where nothing speaks TLS, and where the file of the authorities is not there', async () => {
    expect(await run(1, 'authorized: true')).toMatchObject({ status: 'fail', code: 'unreachable' });
    const noFile = 'kind: tls, host: localhost, port: 1, ca-file: /no/such.pem, authorized: true';
    expect(await runForReal(declared(noFile))).toMatchObject({
      status: 'fail',
      code: 'unreachable',
      actual: expect.stringContaining('/no/such.pem'),
    });
  });
});
