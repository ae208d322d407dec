import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { down, loadProject, type VerifyOptions, verify } from './api.ts';
import type { Fault } from './base/errors.ts';
import type { RunEvent } from './engine/events.ts';

let folder: string;
let api: Server;

const check = (id: string, status: number) => ({ id, kind: 'http', url: '/', status });

beforeAll(async () => {
  api = createServer((_, response) => response.end('{"status":"ok"}'));
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => api.close(resolve)));

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'meatymusic-api-')));
  const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  const off = { enabled: false };
  const services = { api: { url }, web: off, database: off, cache: off };
  const config = { runtime: 'external', services, checkFiles: ['checks.yaml'] };
  writeFileSync(path.join(folder, 'meatymusic.config.json'), JSON.stringify(config));
  const checks = [check('shop/answers', 200), check('shop/teapot', 418)];
  writeFileSync(path.join(folder, 'checks.yaml'), JSON.stringify({ checks }));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const load = (settings?: Record<string, unknown>) =>
  loadProject({ cwd: folder, env: {}, ...(settings ? { settings } : {}) });
const run = async (options: VerifyOptions) => verify(await load(), options);

describe('loadProject', () => {
  it('takes settings before every other source, and names them where one is wrong', async () => {
    expect((await load({ 'verify.timeout': '2s' })).config.verify.timeout).toBe(2000);
    const wrong = await load({ 'verify.timeout': 'soon' }).catch((error: Fault) => error);
    expect(wrong).toMatchObject({ exitCode: 78 });
    expect(JSON.stringify(wrong)).toContain('settings[');
  });
});

/** Brings a kind of service, a runner whose services run already, and a check of the kind. */
const plugin = `
import { defineCheck, definePlugin, defineServiceKind, v } from 'meatymusic';
const queue = defineServiceKind({
  name: 'queue',
  about: 'A queue with an HTTP interface',
  settings: { url: v.optional(v.string(), 'http://localhost:9324') },
  defaultPort: 9324,
  health: { kind: 'http', path: '/' },
  compose: { service: 'queue', about: 'Name of the queue', ports: [9324], url: ({ host, port }) => 'http://' + host + ':' + port },
  info: ({ enabled }, { url }) => ({ kind: 'queue', enabled, url: url.origin }),
  infoSchema: v.object({ kind: v.literal('queue'), enabled: v.boolean(), url: v.string() }),
});
const elsewhere = {
  name: 'elsewhere',
  create: ({ config }) => ({
    name: 'elsewhere',
    isReferenceStack: false,
    up: async () => ({}),
    down: async () => [],
    status: async () => [],
    endpoints: async () => ({ jobs: { url: config.services.jobs.url } }),
    logAccess: () => undefined,
    async *logs() {},
  }),
};
const answers = defineCheck({
  title: 'The queue answers',
  failureTitle: 'The queue does not answer',
  why: 'Jobs wait in it.',
  needs: ['http'],
  codes: { silent: { means: 'the queue does not answer with 200', hint: 'start the queue' } },
  async run({ http, stack, pass, fail }) {
    const { status } = await http.request({ url: stack.services.jobs.url });
    return status === 200
      ? pass('the queue answers', { count: 1, what: 'answer' })
      : fail('silent', { expected: '200', actual: String(status) });
  },
});
export default definePlugin({ checks: { 'queue/answers': answers }, kinds: [queue], runners: [elsewhere] });
`;

describe('a plugin', () => {
  const configure = (services: unknown, plugins = ['./plugin.ts']) => {
    const config = { runtime: 'elsewhere', services, plugins };
    writeFileSync(path.join(folder, 'meatymusic.config.json'), JSON.stringify(config, undefined, 2));
  };
  const url = () => `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
  const problemsOf = async () => {
    const fault = await load().catch((error: Fault) => error);
    return (fault as Fault).details;
  };

  it('brings kinds of services and runners, which the configuration names and checks judge', async () => {
    writeFileSync(path.join(folder, 'plugin.ts'), plugin);
    configure({ jobs: { kind: 'queue', url: url() } });
    const result = await run({ patterns: ['queue'] });
    expect(result.checks.map(({ id, status }) => `${id} ${status}`)).toEqual(['queue/answers pass']);
    expect(result.stack).toMatchObject({ runtime: 'elsewhere', services: { jobs: { url: url() } } });
  });

  it('is refused with the settings of its kind that are wrong, and with the reason why it brings nothing', async () => {
    writeFileSync(path.join(folder, 'plugin.ts'), plugin);
    configure({ jobs: { kind: 'queue', ulr: url() } });
    expect(await problemsOf()).toEqual([
      'meatymusic.config.json:6: services.jobs.ulr is not known; did you mean "url"?',
    ]);
    writeFileSync(path.join(folder, 'other.ts'), plugin.replace("'queue',", "'api',"));
    configure({ jobs: { kind: 'ques' } }, ['./other.ts', './gone.ts']);
    expect(await problemsOf()).toEqual([
      expect.stringContaining('services.jobs.kind'),
      expect.stringContaining('meatymusic.config.json:8: plugin ./gone.ts: '),
      'meatymusic.config.json:8: plugin ./other.ts: kind api is built in; give it another name',
    ]);
  });
});

describe('verify', () => {
  it('resolves to the verdicts, reports events and writes to no stream', async () => {
    const writes = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
    const events: RunEvent['type'][] = [];
    const result = await run({ patterns: ['shop'], onEvent: ({ type }) => events.push(type) });
    for (const write of writes) expect(write).not.toHaveBeenCalled();
    expect(result).toMatchObject({ ok: false, exitCode: 1, summary: { pass: 1, fail: 1 } });
    expect(events[0]).toBe('run-start');
    expect(events.at(-1)).toBe('run-end');
  });

  it('rejects with a Fault where nothing is selected', async () => {
    await expect(run({ patterns: ['nothing/here'] })).rejects.toMatchObject({ exitCode: 2 });
  });

  it('ends at the signal, with a verdict for each check', async () => {
    const signal = AbortSignal.abort();
    expect(await run({ patterns: ['shop'], signal })).toMatchObject({ endedBy: 'interrupted', ok: false });
  });

  it('hands out a run that can be abandoned', async () => {
    const found = await new Promise((resolve, reject) => {
      const onStart: VerifyOptions['onStart'] = ({ checks, abandon }) =>
        resolve([
          checks.length,
          abandon('shop/answers').checks.find(({ id }) => id === 'shop/answers')?.code,
        ]);
      run({ patterns: ['shop'], onStart }).catch(reject);
    });
    expect(found).toEqual([2, 'stalled']);
  });

  describe('with evidence', () => {
    const evidence = () => path.join(folder, 'evidence');

    it('judges it again without the stack', async () => {
      const before = await run({ patterns: ['shop'], evidence: evidence() });
      const project = await load({ 'services.api.url': 'http://127.0.0.1:1' });
      const again = await verify(project, { from: evidence() });
      const verdicts = ({ checks }: typeof before) => checks.map(({ id, status }) => [id, status]);
      expect(verdicts(again)).toEqual(verdicts(before));
    });

    it('hands over the Fault where it cannot be saved, and rejects with it where nothing listens', async () => {
      const blockCalls = () => mkdirSync(path.join(evidence(), 'result.json/x'), { recursive: true });
      const faults: Fault[] = [];
      const options = { patterns: ['shop'], evidence: evidence(), onStart: blockCalls };
      const result = await run({ ...options, onFault: (fault) => faults.push(fault) });
      expect(result.summary.pass).toBe(1);
      expect(faults).toMatchObject([{ code: 'cannot-write', exitCode: 73 }]);
      rmSync(evidence(), { recursive: true, force: true });
      await expect(run(options)).rejects.toMatchObject({ code: 'cannot-write', exitCode: 73 });
    });
  });
});

describe('down', () => {
  it('resolves to no names where nothing was started', async () => {
    expect(await down(await load())).toEqual([]);
  });
});
