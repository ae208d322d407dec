import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HttpChange } from '../../check/sabotage.ts';
import { type SabotagingProxy, startSabotagingProxy } from './http-proxy.ts';

let service: Server;
let target: string;
let proxy: SabotagingProxy;

beforeAll(async () => {
  service = createServer((request, response) => {
    if (request.url === '/refuse') {
      response.writeHead(413, { connection: 'close' }).end('too large');
      return;
    }
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.setHeader('X-Trace-ID', 'abc');
    response.end(`${request.method} ${request.url} ${request.headers.authorization ?? 'anonymous'}`);
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  target = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => service.close(resolve)));
afterEach(() => proxy.close());

async function ask(change: HttpChange, path = '/x', init: RequestInit = {}) {
  proxy = await startSabotagingProxy(target, change);
  return fetch(`${proxy.url}${path}`, init);
}

describe('startSabotagingProxy', () => {
  it('passes everything as it is where nothing is to be changed', async () => {
    const response = await ask({}, '/x?y=1', { method: 'POST', headers: { authorization: 'me' }, body: 'z' });
    expect(await response.text()).toBe('POST /x?y=1 me');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it('changes only requests of its path and method', async () => {
    expect((await ask({ path: '/other', status: 500 })).status).toBe(200);
    await proxy.close();
    expect((await ask({ method: 'PUT', status: 500 })).status).toBe(200);
  });

  it('changes only requests that carry its header', async () => {
    const change = { withRequestHeader: 'Authorization', status: 500 };
    expect((await ask(change)).status).toBe(200);
    await proxy.close();
    expect((await ask(change, '/x', { headers: { authorization: 'me' } })).status).toBe(500);
  });

  it('changes nothing before so many of its requests went through', async () => {
    const first = await ask({ path: '/x', afterRequests: 1, status: 500 }, '/other');
    const statuses = [first.status];
    for (const path of ['/x', '/other', '/x', '/x'])
      statuses.push((await fetch(`${proxy.url}${path}`)).status);
    expect(statuses).toEqual([200, 200, 200, 500, 500]);
  });

  it('lets no one wait for a late answer once it is closed', async () => {
    proxy = await startSabotagingProxy(target, { path: '/late', delayMs: 120_000 });
    const late = fetch(`${proxy.url}/late`).catch((error: Error) => error.message);
    expect((await fetch(`${proxy.url}/x`)).status).toBe(200);
    await proxy.close();
    expect(await late).toBe('fetch failed');
  });

  it('changes status, body and headers of the answer', async () => {
    const change = {
      status: 503,
      replaceInBody: ['x', 'longer'] as [string, string],
      removeHeaders: ['x-trace-id'],
    };
    const response = await ask({ ...change, setHeaders: { Vary: 'Origin' } });
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('GET /longer anonymous');
    expect(response.headers.get('x-trace-id')).toBeNull();
    expect(response.headers.get('vary')).toBe('Origin');
  });

  it('changes the headers of the request', async () => {
    const removed = await ask({ removeRequestHeaders: ['authorization'] }, '/x', {
      headers: { authorization: 'me' },
    });
    expect(await removed.text()).toBe('GET /x anonymous');
    await proxy.close();
    expect(await (await ask({ setRequestHeaders: { Authorization: 'other' } })).text()).toBe('GET /x other');
  });

  it('repeats what the first request had in a header', async () => {
    const first = await ask({ repeatRequestHeader: 'Authorization' }, '/x', {
      headers: { authorization: 'a' },
    });
    const second = await fetch(`${proxy.url}/x`, { headers: { authorization: 'b' } });
    const third = await fetch(`${proxy.url}/x`);
    expect([await first.text(), await second.text(), await third.text()]).toEqual(Array(3).fill('GET /x a'));
  });

  it('makes a malformed traceparent valid, and leaves others', async () => {
    const [trace, span] = ['a'.repeat(32), 'b'.repeat(16)];
    const seen: (string | undefined)[] = [];
    service.on('request', ({ headers }) => seen.push(headers.traceparent as string | undefined));
    await ask({ repairTraceparent: true }, '/x', { headers: { traceparent: `00-${trace}-${span}-1` } });
    await fetch(`${proxy.url}/x`, { headers: { traceparent: 'none' } });
    expect(seen).toEqual([`00-${trace}-${span}-01`, 'none']);
  });

  it('resets the connection', async () => {
    await expect(ask({ reset: true })).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  });

  it('brings the answer of a service that does not read the whole request', async () => {
    const body = 'x'.repeat(5_000_000);
    const response = await ask({ replaceInBody: ['large', 'big'] }, '/refuse', { method: 'PUT', body });
    expect([response.status, await response.text()]).toEqual([413, 'too big']);
  });
});
