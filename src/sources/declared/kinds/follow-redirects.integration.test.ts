import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../check/probes.ts';
import { createHttpProbe } from '../../../probes/http.ts';
import { makeAuthority, opensslMissing, type TestAuthority } from '../../../testing/certificates.ts';
import { testProbeContext } from '../../../testing/probe-context.ts';
import { followRedirects } from './follow-redirects.ts';

interface Seen {
  at: string;
  method: string;
  headers: IncomingMessage['headers'];
  body: string;
  certificate: boolean;
}

const headers = {
  Authorization: 'Bearer token-1',
  'proxy-authorization': 'Basic cHJveHk6cHc=',
  Cookie: 'sid=cookie-1',
  'X-Api-Key': 'key-1',
  'x-custom': 'custom-1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  accept: 'application/json',
};
const credentials = /token-1|cHJveHk|cookie-1|key-1|custom-1|userinfo|traceparent|Basic/i;

describe.skipIf(opensslMissing)('a redirect', () => {
  let authority: TestAuthority;
  let seen: Seen[];
  let where: { from: string; http: string; https: string };
  let client: { certFile: string; keyFile: string };
  const servers: (http.Server | https.Server)[] = [];
  const targets = new Map<string, [status: number, location: string]>();

  const listen = async (name: string, server: http.Server | https.Server) => {
    server.on('request', async (request: IncomingMessage, response: http.ServerResponse) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { socket, method = '', headers: got, url = '' } = request;
      const peer = 'getPeerCertificate' in socket ? (socket as TLSSocket).getPeerCertificate() : {};
      seen.push({ at: name, method, headers: got, body, certificate: Object.keys(peer).length > 0 });
      const [status, location] = targets.get(url) ?? [200];
      response.writeHead(status, location ? { location } : {}).end('ok');
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };

  beforeAll(async () => {
    authority = makeAuthority();
    const own = authority.issue();
    client = authority.issue();
    const tls = { key: own.key, cert: own.cert, requestCert: true, rejectUnauthorized: false };
    where = {
      from: `https://localhost:${await listen('from', https.createServer(tls))}`,
      http: `http://localhost:${await listen('http', http.createServer())}`,
      https: `https://localhost:${await listen('https', https.createServer(tls))}`,
    };
  });
  beforeEach(() => {
    seen = [];
    targets.clear();
  });
  afterAll(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    authority?.remove();
  });

  async function ask(request: Partial<HttpRequest>) {
    const context = testProbeContext();
    try {
      const { caFile } = authority;
      const url = `${where.from.replace('//', '//userinfo:secret@')}/start`;
      const tls = { caFile, certFile: client.certFile, keyFile: client.keyFile };
      return await followRedirects(createHttpProbe(context), { url, headers, tls, ...request }, 10);
    } finally {
      await context.close();
    }
  }

  it.each(['http', 'https'] as const)('to another origin takes no credential along: %s', async (to) => {
    targets.set('/start', [302, `${where[to]}/end`]);
    const { asked } = await ask({ moreHeaders: [['x-api-key', 'key-1']] });
    expect(asked.response?.status).toBe(200);
    expect(seen.map(({ at, certificate }) => [at, certificate])).toEqual([
      ['from', true],
      [to, false],
    ]);
    expect(JSON.stringify(seen[0]!.headers)).toMatch(/token-1.*cookie-1.*key-1/);
    expect(JSON.stringify(seen[1]!.headers)).not.toMatch(credentials);
    expect(seen[1]!.headers.accept).toBe('application/json');
  });

  it('that leads back from another origin takes none along either', async () => {
    targets.set('/start', [302, `${where.http}/between`]);
    targets.set('/between', [302, `${where.from}/end`]);
    await ask({});
    expect(seen.map(({ at, certificate }) => [at, certificate])).toEqual([
      ['from', true],
      ['http', false],
      ['from', false],
    ]);
    expect(JSON.stringify(seen[2]!.headers)).not.toMatch(credentials);
  });

  it('within an origin keeps all of them', async () => {
    targets.set('/start', [307, `${where.from}/end`]);
    await ask({ method: 'POST', body: 'password=pw', headers: { cookie: 'sid=cookie-1' } });
    expect(seen).toHaveLength(2);
    expect(seen[1]).toMatchObject({ at: 'from', method: 'POST', body: 'password=pw', certificate: true });
    expect(seen[1]!.headers).toMatchObject({
      cookie: 'sid=cookie-1',
      authorization: expect.stringMatching(/^Basic /),
    });
  });

  it.each([307, 308])('%i that would repeat a body to another origin is not followed', async (status) => {
    targets.set('/start', [status, `${where.https}/end`]);
    const { asked, lastUrl } = await ask({ method: 'POST', body: 'password=pw' });
    expect(asked.response?.status).toBe(status);
    expect(lastUrl).toContain('/start');
    expect(seen.map(({ at }) => at)).toEqual(['from']);
  });

  it('after which a POST is a GET sends no body to another origin', async () => {
    targets.set('/start', [303, `${where.http}/end`]);
    await ask({ method: 'POST', body: 'password=pw' });
    expect(seen[1]).toMatchObject({ at: 'http', method: 'GET', body: '' });
    expect(JSON.stringify(seen[1]!.headers)).not.toMatch(credentials);
  });

  it('in a loop is a failure that names its addresses', async () => {
    targets.set('/start', [302, `${where.http}/a`]);
    targets.set('/a', [302, '/b']);
    targets.set('/b', [302, '/a']);
    const { asked } = await ask({});
    expect(asked.response).toBeUndefined();
    expect(asked.failure).toEqual({
      code: 'TOO_MANY_REDIRECTS',
      message: expect.stringMatching(/^a loop of redirects, stopped after 10: .*\/start → .*\/a → .*\/b/),
    });
    expect(JSON.stringify(asked)).not.toContain('userinfo:secret');
  });

  it('to the tenth address is followed, and to the eleventh not', async () => {
    for (let at = 1; at <= 11; at++) targets.set(`/${at}`, [302, `/${at + 1}`]);
    targets.set('/start', [302, `${where.http}/2`]);
    expect((await ask({})).asked.failure?.message).toMatch(/^too many redirects, stopped after 10: /);
    targets.delete('/11');
    expect((await ask({})).asked.response?.status).toBe(200);
  });

  it.each([
    ['file:///etc/passwd', 'file: is not followed'],
    ['ftp://user:userinfo-secret@127.0.0.1/songs', 'ftp: is not followed'],
    ['http://[', 'which is no URL'],
  ])('to %s is a failure that names it', async (target, reason) => {
    targets.set('/start', [302, target]);
    const { asked } = await ask({});
    expect(asked.response).toBeUndefined();
    expect(asked.failure?.message).toMatch(/^it answers 302 with Location: /);
    expect(asked.failure?.message).toContain(reason);
    expect(JSON.stringify(asked.failure)).not.toContain('userinfo-secret');
  });
});
