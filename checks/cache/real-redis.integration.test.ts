import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitUntil } from '../../src/base/await-until.ts';
import { freePort } from '../../src/testing/free-port.ts';
import { testStack } from '../../src/testing/probe-context.ts';
import { redisMissing, startRedis, type TestRedis } from '../../src/testing/redis.ts';
import { runCheck } from '../../src/testing/run-check.ts';
import ping from './ping.ts';
import roundTrip from './round-trip.ts';

const tlsPort = await freePort();

describe.skipIf(redisMissing)(`real servers${redisMissing ? ` (skipped: ${redisMissing})` : ''}`, () => {
  const servers: Record<string, TestRedis> = {};
  const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-redis-tls-'));
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];

  beforeAll(async () => {
    const subject = ['-subj', '/CN=localhost', '-days', '2'];
    const made = ['-nodes', '-keyout', key, '-out', cert, ...subject];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...made], { stdio: 'ignore' });
    const tls = ['--tls-port', String(tlsPort), '--tls-cert-file', cert, '--tls-key-file', key];
    const users = [
      ...['--user', 'app', 'on', '>app-password', '~meatymusic:*', '+@all'],
      ...['--user', 'pinger', 'on', '>pinger-password', '~*', '+ping'],
      ...['--user', 'reader', 'on', '>reader-password', '~*', '+@read', '+ping'],
      ...['--user', 'off', 'off', '>off-password', '~*', '+@all'],
      ...['--user', 'elsewhere', 'on', '>elsewhere-password', '~other:*', '+@all'],
    ];
    const started = {
      single: startRedis({ args: ['--databases', '1', ...users, '--tls-auth-clients', 'no', ...tls] }),
      protected: startRedis({ args: ['--requirepass', 'right'] }),
      cluster: startRedis({ args: ['--cluster-enabled', 'yes'] }),
      empty: startRedis({ args: ['--cluster-enabled', 'yes'] }),
      full: startRedis({ args: ['--maxmemory', '1', '--maxmemory-policy', 'noeviction'] }),
      replica: startRedis({ args: ['--replicaof', '127.0.0.1', '1'] }),
    };
    for (const [name, server] of Object.entries(started)) servers[name] = await server;
    const cli = (...args: string[]) =>
      execFileSync('redis-cli', ['-p', String(servers.cluster?.port), ...args]);
    cli('cluster', 'addslotsrange', '0', '16383');
    const isOk = async () => String(cli('cluster', 'info')).includes('cluster_state:ok') || undefined;
    // Loads the client, which a busy machine takes long for.
    await verdictsOn('redis://127.0.0.1:1', 30_000);
    await awaitUntil(isOk, { what: 'the cluster to be ok', withinMs: 20_000 });
  }, 60_000);
  afterAll(async () => {
    for (const server of Object.values(servers)) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The verdicts of both checks, as `pass` or the failure's code. */
  async function verdictsOn(address: string, timeoutMs = 5_000) {
    const stack = { ...testStack, runtime: 'external' };
    const endpoints = { cache: { url: address } };
    const verdicts: string[] = [];
    for (const check of [ping, roundTrip]) {
      const verdict = await runCheck(check, { stack, over: { endpoints, timeoutMs } });
      verdicts.push(verdict.status === 'fail' ? verdict.code : verdict.status);
    }
    return verdicts;
  }

  const at = (name: string, user = '', database = '', scheme = 'redis') =>
    `${scheme}://${user}127.0.0.1:${servers[name]?.port}${database}`;

  test.each([
    ['the first database', () => at('single', '', '/0'), 'pass', 'pass'],
    ['a database that does not exist', () => at('single', '', '/5'), 'no-database', 'no-database'],
    ['one in the query', () => at('single', '', '?db=5'), 'no-database', 'no-database'],
    ['a database of a cluster', () => at('cluster', '', '/1'), 'no-database', 'no-database'],
    ['a user with a password', () => at('single', 'app:app-password@'), 'pass', 'pass'],
    ['a wrong password of a user', () => at('single', 'app:wrong@'), 'refused', 'refused'],
    ['an unknown user, while the default has no password', () => at('single', 'x:y@'), 'refused', 'refused'],
    ['a password where none is set', () => at('single', ':wrong@'), 'refused', 'refused'],
    ['a user that is switched off', () => at('single', 'off:off-password@'), 'refused', 'refused'],
    ['no password where one is set', () => at('protected'), 'refused', 'refused'],
    ['a wrong password where one is set', () => at('protected', ':wrong@'), 'refused', 'refused'],
    ['the right password', () => at('protected', ':right@'), 'pass', 'pass'],
    ['a user that may only ping', () => at('single', 'pinger:pinger-password@'), 'pass', 'not-permitted'],
    ['a user that may only read', () => at('single', 'reader:reader-password@'), 'pass', 'not-permitted'],
    ['a user of other keys', () => at('single', 'elsewhere:elsewhere-password@'), 'pass', 'not-permitted'],
    ['the one node of a cluster', () => at('cluster'), 'pass', 'pass'],
    ['a cluster without slots', () => at('empty'), 'pass', 'cluster-down'],
    ['a full memory', () => at('full'), 'pass', 'write-failed'],
    ['a replica', () => at('replica'), 'pass', 'read-only'],
    ['TLS on a plain port', () => at('protected', '', '', 'rediss'), 'wrong-protocol', 'wrong-protocol'],
    [
      'plain Redis on a port with TLS',
      () => `redis://127.0.0.1:${tlsPort}`,
      'wrong-protocol',
      'wrong-protocol',
    ],
    ['nothing', () => 'redis://127.0.0.1:1', 'unreachable', 'unreachable'],
  ])('%s', async (_, address, ofPing, ofRoundTrip) => {
    expect(await verdictsOn(address())).toEqual([ofPing, ofRoundTrip]);
  });

  test('a wrong user is refused every time', async () => {
    for (let run = 0; run < 10; run++) {
      expect(await verdictsOn(at('single', 'x:y@'))).toEqual(['refused', 'refused']);
    }
  });

  test('a cluster of two nodes is judged by the slots of the one that is named', async () => {
    const cli = (port: number | undefined, ...args: string[]) =>
      String(execFileSync('redis-cli', ['-p', String(port), ...args]));
    const [one, two] = [servers.cluster, servers.empty].map((server) => server?.port);
    cli(one, 'cluster', 'delslotsrange', '8192', '16383');
    cli(two, 'cluster', 'addslotsrange', '8192', '16383');
    cli(one, 'cluster', 'meet', '127.0.0.1', String(two));
    for (const port of [one, two]) {
      await expect.poll(() => cli(port, 'cluster', 'info'), { timeout: 15_000 }).toContain('slots_ok:16384');
      await expect
        .poll(() => cli(port, 'cluster', 'info'), { timeout: 15_000 })
        .toContain('cluster_state:ok');
    }
    for (let run = 0; run < 4; run++) expect(await verdictsOn(at('cluster'))).toEqual(['pass', 'pass']);
  }, 60_000);
});
