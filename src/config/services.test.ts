import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../base/errors.ts';
import { enabledServices, kindOf, serviceNames, settingsOf } from '../services/index.ts';
import { effectiveSettings } from './effective.ts';
import { loadConfig } from './load.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'services-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const load = (yaml: string) => {
  writeFileSync(path.join(folder, 'meatymusic.config.yaml'), yaml);
  return loadConfig({ cwd: folder, env: {} });
};

/** What the user reads of a configuration that is refused. */
const problemsOf = async (yaml: string): Promise<string> => {
  const thrown: unknown = await load(yaml).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(Fault);
  expect((thrown as Fault).exitCode).toBe(78);
  return (thrown as Fault).details.join('\n');
};

const wholeStack = `services:
  database: { kind: postgres, start: { compose: db } }
  api:
    url: http://localhost:8000
    start: { command: uvicorn main:app, cwd: services/api, env: { LOG_LEVEL: info }, ready: { http: /health, timeout: 20s } }
    dependsOn: [database, cache]
  payments: { kind: api, url: http://localhost:8100, start: { command: node payments.js, stop: { grace: 2s } } }
  worker: { kind: process, start: { command: npm run worker, ready: { log: listening for jobs }, restart: on-failure } }
  broker: { kind: tcp, url: "tcp://localhost:5672" }
  archive: { kind: postgres, start: { compose: archive } }
`;

describe('services of a configuration', () => {
  it('have any number of names, each with its kind; those of the contract imply it', async () => {
    const { services } = (await load(wholeStack)).config;
    expect(serviceNames(services).map((name) => `${name} ${kindOf(services, name).name}`)).toEqual([
      'api api',
      'web web',
      'database postgres',
      'cache redis',
      'payments api',
      'worker process',
      'broker tcp',
      'archive postgres',
    ]);
    expect(enabledServices(services)).toHaveLength(8);
    expect(settingsOf(services, 'worker')).toMatchObject({
      start: {
        command: 'npm run worker',
        cwd: '.',
        env: {},
        ready: { log: 'listening for jobs', timeout: 60_000 },
        restart: 'on-failure',
        stop: { signal: 'SIGTERM', grace: 10_000 },
      },
      dependsOn: [],
      reuseExisting: false,
    });
  });

  it('have no address that is not configured, except those of the contract', async () => {
    const { services } = (await load(wholeStack)).config;
    expect(settingsOf(services, 'archive').url).toBeUndefined();
    expect(settingsOf(services, 'web').url).toBe('http://localhost:3000');
  });

  it('are shown with their origins', async () => {
    const { config, origins } = await load(wholeStack);
    const shown = effectiveSettings(config, origins)
      .filter(({ path: at }) => at.startsWith('services.payments.'))
      .map(({ path: at, value, origin }) => `${at} ${JSON.stringify(value)} ${origin.text}`);
    expect(shown).toMatchInlineSnapshot(`
      [
        "services.payments.kind "api" meatymusic.config.yaml:7",
        "services.payments.enabled true default",
        "services.payments.url "http://localhost:8100" meatymusic.config.yaml:7",
        "services.payments.healthPath "/health" default",
        "services.payments.readyPath "/health/ready" default",
        "services.payments.start.command "node payments.js" meatymusic.config.yaml:7",
        "services.payments.start.cwd "." default",
        "services.payments.start.env {} default",
        "services.payments.start.restart "no" default",
        "services.payments.start.stop.signal "SIGTERM" default",
        "services.payments.start.stop.grace 2000 meatymusic.config.yaml:7",
        "services.payments.dependsOn [] default",
        "services.payments.reuseExisting false default",
        "services.payments.serviceName "payments" default",
      ]
    `);
  });

  it('are refused with every problem, its line and its key', async () => {
    const text = `services:
  api: { kind: web, dependsOn: [databse, worker] }
  databse: { url: postgres://db/x }
  payments: { kind: apii, url: http://localhost:8100 }
  Orders: { kind: api }
  telemetry2: {}
  worker:
    kind: process
    url: http://localhost:1
    start: { command: a, compose: b }
    dependsOn: [api]
  queue: { kind: redis, start: { command: redis-server } }
  mails: { kind: tcp, url: smtp://localhost }
  shop: { kind: api, url: http://localhost:8200, start: { command: a, comand: b } }
  admin: { kind: web, url: http://127.0.0.1:8200, start: { command: b } }
  other: { kind: web, start: { embedded: true } }
compose: { services: { paymens: pay } }
`;
    expect(await problemsOf(text)).toMatchInlineSnapshot(`
      "meatymusic.config.yaml:2: services.api.kind is not api, the kind of the contract's api; give the service another name
      meatymusic.config.yaml:2: services.api.dependsOn is a cycle: api → worker → api
      meatymusic.config.yaml:3: services.databse has no kind: one of api, web, postgres, redis, process, tcp; or did you mean "database"?
      meatymusic.config.yaml:4: services.payments.kind is none of api, web, postgres, redis, process, tcp; did you mean "api"?
      meatymusic.config.yaml:5: services.Orders is not a name of a service (lower-case letters, digits and -, a letter first)
      meatymusic.config.yaml:6: services.telemetry2 has no kind: one of api, web, postgres, redis, process, tcp
      meatymusic.config.yaml:9: services.worker.url is not known here; there is services.api.url and services.web.url and services.database.url and services.cache.url and migrations.url
      meatymusic.config.yaml:10: services.worker.start has 2 ways (compose, command); keep one of them
      meatymusic.config.yaml:12: services.queue.url is missing: a command starts the service, at this address
      meatymusic.config.yaml:13: services.mails.url is not an address like tcp://host:port
      meatymusic.config.yaml:14: services.shop.start.comand is not known; did you mean "command"?
      meatymusic.config.yaml:15: services.admin.url has port 8200 of services.shop
      meatymusic.config.yaml:16: services.other.start.embedded is possible for api, web, database, cache alone
      meatymusic.config.yaml:17: compose.services.paymens is no service of this stack; did you mean "payments"?"
    `);
  });

  it('are not reused where no command starts them', async () => {
    const text = `services:
  api: { reuseExisting: true, start: { command: a } }
  web: { reuseExisting: true, start: { compose: web } }
  cache: { reuseExisting: true, start: { embedded: true } }
  database: { reuseExisting: true }
`;
    const expected = (line: number, name: string) =>
      `meatymusic.config.yaml:${line}: services.${name}.reuseExisting is possible with start.command alone; what others start is described without \`start\`, on a stack with runtime: external`;
    expect(await problemsOf(text)).toBe(
      [expected(3, 'web'), expected(4, 'cache'), expected(5, 'database')].join('\n'),
    );
  });

  it('that are started by compose may share a port of a gateway', async () => {
    const { config } = await load(`services:
  api: { url: http://localhost:8080/api, start: { compose: api } }
  web: { url: http://localhost:8080, start: { compose: web } }
`);
    expect(config.services.api.url).toBe('http://localhost:8080/api');
  });
});
