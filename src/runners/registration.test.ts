import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRedactor } from '../base/redact.ts';
import { strictMap, v } from '../base/schema.ts';
import { defineCheck } from '../check/index.ts';
import { judgeSettings } from '../config/judge.ts';
import { registerKind } from '../services/index.ts';
import { defineServiceKind, type ServiceKind } from '../services/kind.ts';
import { resultSchema } from '../services/result-schema.ts';
import { httpUrl, setting } from '../services/setting.ts';
import { describeStack } from '../session/stack.ts';
import { runCheck } from '../testing/run-check.ts';
import { sampleResults } from '../testing/sample-results.ts';
import { findRuntime } from './choose.ts';
import type { RuntimeContext } from './context.ts';
import { registerRunner } from './index.ts';
import type { Runtime } from './runtime.ts';

/** A queue with an HTTP interface: a kind of service that is not built in. */
const queue = defineServiceKind({
  name: 'queue',
  about: 'A queue',
  settings: { url: setting(httpUrl, 'http://localhost:9324', 'Address of the queue') },
  defaultPort: 9324,
  health: { kind: 'http', path: '/' },
  compose: { service: 'queue', about: 'Name of the queue in the file', ports: [9324], url: () => '' },
  info: ({ enabled }, { url }) => ({ kind: 'queue', enabled, url: url.origin }),
  infoSchema: strictMap({ kind: v.literal('queue'), enabled: v.boolean(), url: v.string() }),
});

/** A runner that is not built in: the services run already, on addresses that it knows. */
const runtimeOf = ({ config }: RuntimeContext): Runtime => ({
  name: 'toy',
  isReferenceStack: false,
  up: async () => ({}),
  down: async () => [],
  status: async () => [],
  endpoints: async () =>
    Object.fromEntries(
      Object.entries(config.services).flatMap(([name, settings]) =>
        'url' in settings && settings.enabled ? [[name, { url: settings.url }]] : [],
      ),
    ),
  logAccess: () => undefined,
  async *logs() {},
});

const server = createServer((_, response) => response.end('3 messages'));
const root = mkdtempSync(path.join(tmpdir(), 'meatymusic-registration-'));
let url: string;
const removers: (() => void)[] = [];

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  for (const remove of removers) remove();
  server.close();
  rmSync(root, { recursive: true });
});

const check = defineCheck({
  title: 'The queue answers',
  failureTitle: 'The queue does not answer',
  why: 'Jobs wait in it.',
  needs: ['http'],
  codes: { silent: { means: 'the queue does not count its messages', hint: 'start the queue' } },
  async run({ http, stack, pass, fail }) {
    const { url } = stack.services.jobs ?? {};
    const { body } = await http.request({ url: String(url) });
    return /^\d+ messages$/.test(body)
      ? pass(`the queue has ${body}`, { count: 1, what: 'answer' })
      : fail('silent', { expected: 'messages', actual: body });
  },
});

it('runs a check against a registered kind of service on a registered runner', async () => {
  const settings = { runtime: 'toy', services: { jobs: { kind: 'queue', url } } };
  expect(judgeSettings(settings)).toHaveProperty('problems');

  removers.push(registerKind(queue as unknown as ServiceKind), registerRunner('toy', { create: runtimeOf }));
  const { config } = judgeSettings(settings);
  if (!config) throw new Error('the settings were refused');
  const project = { config, origins: new Map(), root, env: {}, redact: createRedactor() };
  const { runtime } = await findRuntime(project);
  const { stack } = await describeStack(project, runtime);
  expect(stack).toMatchObject({ runtime: 'toy', services: { jobs: { kind: 'queue', enabled: true, url } } });
  expect(await runCheck(check, { stack })).toMatchObject({ status: 'pass' });

  const [sample] = Object.values(sampleResults);
  const document = JSON.parse(JSON.stringify({ ...sample, stack }));
  expect(v.parse(resultSchema, document)).toEqual(document);
});
