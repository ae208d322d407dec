import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { declared, runForReal } from '../../testing/run-declared.ts';

const server = http.createServer((request, response) => {
  if (request.url === '/moved') response.writeHead(302, { location: '/openapi.json' }).end();
  else response.writeHead(request.url === '/openapi.json' ? 200 : 404).end('{"openapi":"3.1.0"}');
});
let origin: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** The one check of a file, against the server as the API. */
function run(entry: string) {
  return runForReal(declared(entry, { origin }), { services: { api: { url: origin } } });
}

test('a path is asked of the service and is no expectation itself', async () => {
  expect(await run('kind: http, url: /openapi.json, status: 200, body: [openapi]')).toMatchObject({
    status: 'pass',
    examined: expect.arrayContaining([{ count: 2, what: 'expectations' }]),
  });
  expect(await run('kind: http, url: /absent, status: 200')).toMatchObject({
    status: 'fail',
    expected: 'status is 200',
    actual: 'status is 404',
  });
});

test('the path of the address of the service is kept', async () => {
  const entry = declared('kind: http, url: /openapi.json, status: 404', { origin });
  expect(await runForReal(entry, { services: { api: { url: `${origin}/v1` } } })).toMatchObject({
    status: 'pass',
  });
});

test('where redirects lead can be expected', async () => {
  const moved = 'kind: http, url: /moved, follow-redirects: true, status: 200';
  expect(await run(`${moved}, final-url: "\${origin}/openapi.json"`)).toMatchObject({ status: 'pass' });
  expect(await run(`${moved}, final-url: "\${origin}/other"`)).toMatchObject({
    status: 'fail',
    code: 'mismatch',
  });
});
