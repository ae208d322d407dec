/** No credential of an address leaves: not of a configured one, of one in a check, or of one that a service sends. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { loadProject, verify } from './api.ts';
import {
  folderReporterNames,
  loadFolderReporter,
  loadReporter,
  plainLook,
  reporterNames,
} from './reporters/index.ts';
import { freePort } from './testing/free-port.ts';

const places = ['api', 'web', 'database', 'app', 'cache', 'otlp', 'keys', 'check', 'sent'];
/** A password for each place of an address, written as an address has it. */
const passwordOf = (place: string) => `c4nary%2F${place}`;
const at = (place: string, scheme: string, rest: string) =>
  `${scheme}://${place}-user:${passwordOf(place)}@${rest}`;

let folder: string;
let api: Server;
let closed: number;

beforeAll(async () => {
  const sent = at('sent', 'https', 'login.example/start?token=c4nary-sent');
  // Each answer leads to an address with a credential, in a status, a header, and the text of a page.
  api = createServer(({ headers, url = '' }, response) => {
    response.setHeader('location', sent);
    response.setHeader('link', `<${sent}>; rel="next"`);
    response.statusCode = url.startsWith('/api') && !headers.authorization ? 401 : 302;
    response.end(JSON.stringify({ status: 'moved', to: 'elsewhere' }));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  closed = await freePort();
});
afterAll(() => new Promise((resolve) => api.close(resolve)));
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'meatymusic-addresses-')));
  return () => rmSync(folder, { recursive: true });
});

/** Runs all checks against addresses of this port, and returns everything that the run and each format of it pass on. */
async function everything(port: number): Promise<[where: string, text: string][]> {
  const host = `127.0.0.1:${port}`;
  const databases = { url: at('database', 'postgresql', `127.0.0.1:${closed}/shop`) };
  const config = {
    runtime: 'external',
    services: {
      api: { url: at('api', 'http', host), log: { file: 'api.log' } },
      web: { url: at('web', 'http', `${host}/shop`) },
      database: { ...databases, applicationUrl: at('app', 'postgresql', `127.0.0.1:${closed}/shop`) },
      cache: { url: at('cache', 'redis', `127.0.0.1:${closed}/2`) },
      queue: { kind: 'tcp', url: `tcp://127.0.0.1:${closed}` },
      telemetry: { otlpEndpoint: at('otlp', 'http', 'collector.invalid:4318') },
    },
    migrations: { folder: 'migrations', url: databases.url },
    options: { auth: { jwks: at('keys', 'http', `${host}/keys`) } },
    auth: { signingKeyFile: 'key.txt', token: 'c4nary-token.a.b' },
    verify: { retryFor: 0, timeout: 1000 },
    browser: { path: '/nonexistent/browser' },
    checkFiles: ['checks.json'],
  };
  const url = at('check', 'http', `${host}/x`);
  const checks = [
    { id: 'shop/http', kind: 'http', url, status: 418 },
    { id: 'shop/redirects', kind: 'http', url, 'follow-redirects': true, status: 418 },
    { id: 'shop/query', kind: 'postgres-query', query: 'select 1', value: 2 },
    { id: 'shop/command', kind: 'command', command: `echo ${url}`, 'exit-status': 7 },
    { id: 'shop/text', kind: 'matching', content: url, matches: 'other' },
  ];
  mkdirSync(path.join(folder, 'migrations'));
  writeFileSync(
    path.join(folder, 'api.log'),
    `{"msg":"connect to ${at('database', 'postgresql', 'db/x')}"}\n`,
  );
  writeFileSync(path.join(folder, 'key.txt'), 'c4nary-signing-key-that-is-long-enough\n');
  writeFileSync(path.join(folder, 'checks.json'), JSON.stringify({ checks }));
  writeFileSync(path.join(folder, 'meatymusic.config.json'), JSON.stringify(config));

  const passedOn: unknown[] = [];
  const project = await loadProject({ cwd: folder, env: {} });
  const result = await verify(project, {
    onEvent: (event) => passedOn.push(event),
    onNotice: (text) => passedOn.push(text),
    onFault: (fault) => passedOn.push({ ...fault, message: fault.message }),
  });
  const look = { ...plainLook, verbose: true };
  const reports = await Promise.all([
    ...reporterNames.map(async (name) => [name, (await loadReporter(name)).render(result, look)] as const),
    ...folderReporterNames.map(async (name) => {
      const files = (await loadFolderReporter(name)).files(result, look);
      return [name, JSON.stringify(files)] as const;
    }),
  ]);
  return [
    ['events and notices', JSON.stringify(passedOn)],
    ['the result', JSON.stringify(result)],
    ...reports,
  ].map(([where, text]) => [where as string, text as string]);
}

it.each([
  ['that answer', () => (api.address() as AddressInfo).port],
  ['where nothing listens', () => closed],
])('addresses %s pass no credential on', async (_, port) => {
  const texts = await everything(port());
  const forms = places.flatMap((place) => {
    const pair = `${place}-user:${decodeURIComponent(passwordOf(place))}`;
    return [passwordOf(place), decodeURIComponent(passwordOf(place)), Buffer.from(pair).toString('base64')];
  });
  const found = texts.flatMap(([where, text]) =>
    [...forms, 'c4nary'].flatMap((form) => {
      const from = text.indexOf(form);
      return from < 0 ? [] : [`${where}: …${text.slice(Math.max(0, from - 80), from + 60)}`];
    }),
  );
  expect(found).toEqual([]);
  // Each address was used, and is shown without its password.
  const shown = texts.find(([where]) => where === 'json')?.[1] ?? '';
  for (const part of ['127.0.0.1', 'collector.invalid', 'shop/http']) expect(shown).toContain(part);
});
