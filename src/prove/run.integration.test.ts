import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Check } from '../check/define-check.ts';
import { defineCheck, option, ProbeError, v } from '../check/index.ts';
import type { Sabotage } from '../check/sabotage.ts';
import { withServices } from '../check/stack.ts';
import type { Runtime } from '../runners/runtime.ts';
import type { StackUnderTest } from '../session/stack.ts';
import { testProbeContext, testStack } from '../testing/probe-context.ts';
import type { Proof } from './proof.ts';
import { type ProofOptions, prove } from './run.ts';

/** A service that a fake runtime stops and starts for real. */
let server: Server;
let port: number;
let underTest: StackUnderTest;
let written: string[];
const ledger = {
  record({ what }: { what: string }) {
    written.push(what);
    return { remove: () => void written.push('removed') };
  },
};

const listen = (at: number) =>
  new Promise<void>((resolve) => {
    server = createServer((_, response) => response.end('fine')).listen(at, '127.0.0.1', resolve);
  });
const close = () =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

beforeEach(async () => {
  written = [];
  await listen(0);
  port = (server.address() as AddressInfo).port;
  const url = `http://127.0.0.1:${port}`;
  const stack = { ...withServices(testStack, { api: { url } }), runtime: 'embedded' };
  const context = testProbeContext({ stack });
  await context.close();
  const base = { ...context, endpoints: { ...context.endpoints, api: { url } } };
  const control = { stop: close, start: () => listen(port), restart: async () => {} };
  underTest = { stack, base, runtime: { name: 'embedded', control } as unknown as Runtime, ledger };
});
afterEach(close);

const definition = defineCheck({
  title: 'The API says that it is fine',
  failureTitle: 'The API does not say that it is fine',
  why: 'a test',
  needs: ['http'],
  options: { body: option(v.string(), 'fine', 'What it says') },
  codes: {
    unreachable: { means: 'no answer', hint: 'start it' },
    wrong: { means: 'another answer', hint: 'repair it' },
  },
  async run({ http, stack, options, pass, fail }) {
    try {
      const { body } = await http.request({ url: stack.services.api.url });
      if (body !== options.body) return fail('wrong', { expected: options.body, actual: body });
      return pass(body, { count: 1, what: 'answer' });
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      return fail('unreachable', { expected: options.body, actual: error.message });
    }
  },
});

const checkWith = (sabotage: Sabotage[], more: Partial<Check> = {}): Check => ({
  ...(definition as unknown as Check),
  id: 'api/fine',
  source: 'x.ts',
  sabotage,
  ...more,
});
const proofsOf = (checks: Check[], more: Partial<ProofOptions> = {}) =>
  prove(checks, {
    underTest,
    options: new Map(),
    timeoutMs: 5000,
    concurrency: 2,
    toolVersion: '0.0.0',
    redact: (text) => text,
    signal: new AbortController().signal,
    ...more,
  });
const proofOf = async (sabotage: Sabotage[], more: Partial<Check> = {}) =>
  (await proofsOf([checkWith(sabotage, more)]))[0] as Proof;

const stopped: Sabotage = { name: 'it is stopped', code: 'unreachable', kind: 'stop', service: 'api' };
const forged: Sabotage = {
  name: 'it says otherwise',
  code: 'wrong',
  kind: 'http',
  service: 'api',
  change: { body: 'broken' },
};

describe('prove', () => {
  it('holds where each verdict turns to fail with its code, and back', async () => {
    const other: Sabotage = {
      name: 'more is wanted',
      code: 'wrong',
      kind: 'options',
      set: { body: 'great' },
    };
    const proof = await proofOf([stopped, forged, other]);
    expect(proof).toMatchObject({ status: 'proven' });
    expect(proof.sabotages.map(({ name, holds }) => [name, holds])).toEqual([
      ['it is stopped', true],
      ['it says otherwise', true],
      ['more is wanted', true],
    ]);
    expect(server.listening).toBe(true);
  });

  it('is refuted by another code than the declared one', async () => {
    const proof = await proofOf([{ ...stopped, code: 'wrong' }]);
    expect(proof.status).toBe('refuted');
    expect(proof.sabotages[0]?.found).toMatch(/^fail unreachable \(.*ECONNREFUSED/);
    expect(server.listening).toBe(true);
  });

  it('is refuted by a sabotage that changes no verdict', async () => {
    const unnoticed: Sabotage = { ...forged, change: { removeHeaders: ['date'] } } as Sabotage;
    expect((await proofOf([unnoticed])).sabotages[0]).toMatchObject({ holds: false, found: 'pass (fine)' });
  });

  it('is refuted where the verdict does not come back once all is restored', async () => {
    let runs = 0;
    const run: Check['run'] = async (context) =>
      ++runs > 2 ? context.skip('it had enough') : (definition as unknown as Check).run(context);
    const [proof] = await proofsOf([checkWith([stopped], { run })], { recoverWithinMs: 0 });
    expect(proof?.sabotages[0]?.found).toBe('restored, it does not come back: skip (it had enough)');
  });

  it('breaks the stack once for two checks, and keeps a record of it while it lasts', async () => {
    const seen: string[][] = [];
    const run: Check['run'] = async (context) => {
      seen.push([...written]);
      return (definition as unknown as Check).run(context);
    };
    const two = ['api/one', 'api/two'].map((id) => checkWith([stopped], { id, run }));
    expect((await proofsOf(two)).map(({ id, status }) => [id, status])).toEqual([
      ['api/one', 'proven'],
      ['api/two', 'proven'],
    ]);
    expect(written).toEqual(['sabotage "it is stopped"', 'removed']);
    expect(seen).toEqual([[], [], written.slice(0, 1), written.slice(0, 1), written, written]);
  });

  it('tries nothing more on a stack that it cannot restore, and leaves the record of what is broken', async () => {
    const control = {
      ...underTest.runtime.control,
      start: async () => {
        throw new Error('no');
      },
    };
    const runtime = { ...underTest.runtime, control } as Runtime;
    const other = { ...stopped, service: 'cache' } as Sabotage;
    const proofs = await proofsOf([checkWith([stopped, other])], { underTest: { ...underTest, runtime } });
    const found = '"it is stopped" could not be restored: no';
    expect(proofs[0]?.sabotages.map((each) => each.found)).toEqual([found, found]);
    expect(written).toEqual(['sabotage "it is stopped"']);
    await listen(port);
  });

  it('gives what is not seen in the time of its sabotage the time of the check', async () => {
    const bodies: string[] = [];
    const run: Check['run'] = async (context) => {
      const { body } = context.options as { body: string };
      bodies.push(body);
      // It finds out in its own time alone.
      return body === 'fine'
        ? (definition as unknown as Check).run(context)
        : context.pass('nothing seen', { count: 1, what: 'answer' });
    };
    const hurried = { ...forged, options: { body: 'at once' } } as Sabotage;
    expect((await proofOf([hurried], { run })).status).toBe('proven');
    expect(bodies).toEqual(['fine', 'at once', 'fine', 'at once']);
  });

  it('names an option of a sabotage that the check does not have', async () => {
    const proof = await proofOf([{ name: 'typo', code: 'wrong', kind: 'options', set: { bodi: 'great' } }]);
    expect(proof.sabotages[0]?.found).toBe('the check has no option "bodi"');
  });

  it('leaves undecided what an abort cuts short, with the stack restored', async () => {
    const abort = new AbortController();
    const run: Check['run'] = async (context) => {
      if (written.length > 0) abort.abort(new Error('enough'));
      return (definition as unknown as Check).run(context);
    };
    const checks = [checkWith([stopped], { run }), checkWith([forged], { id: 'api/other' })];
    const proofs = await proofsOf(checks, { signal: abort.signal });
    expect(proofs.map(({ id, status }) => [id, status])).toEqual([['api/other', 'proven']]);
    expect(written).toEqual(['sabotage "it is stopped"', 'removed']);
    expect(server.listening).toBe(true);
  });

  it('is refuted where the check breaks instead of failing', async () => {
    const run: Check['run'] = async ({ http, stack, pass }) => {
      await http.request({ url: stack.services.api.url });
      return pass('fine', { count: 1, what: 'answer' });
    };
    const proof = await proofOf([stopped], { run });
    expect(proof.sabotages[0]?.found).toMatch(/^error threw/);
  });

  it('says so where a sabotage cannot be carried out, and repairs what was begun', async () => {
    const impossible: Sabotage = {
      name: 'no log',
      code: 'wrong',
      kind: 'logs',
      service: 'api',
      change: 'drop',
    };
    expect((await proofOf([impossible])).sabotages[0]?.found).toBe(
      'it could not be carried out: the log of api cannot be read from here',
    );
  });

  it('is skipped where its options do not make it run on this stack either', async () => {
    const run: Check['run'] = async ({ skip }) => skip('there is no browser', 'install one');
    const other: Sabotage = { name: 'other', code: 'wrong', kind: 'options', set: { body: 'great' } };
    expect(await proofOf([forged, other], { run })).toEqual({
      id: 'api/fine',
      status: 'skipped',
      reason: 'there is no browser',
      sabotages: [],
    });
  });

  it('is not proven against a stand-in that cannot be broken so, and says it', async () => {
    const standIn = createTcpServer((socket) => {
      socket.on('data', () => socket.write('-ERR no such setting (embedded cache, not Redis)\r\n'));
    });
    await new Promise<void>((resolve) => standIn.listen(0, '127.0.0.1', resolve));
    const url = `redis://127.0.0.1:${(standIn.address() as AddressInfo).port}`;
    underTest.base.endpoints = { ...underTest.base.endpoints, cache: { url } };
    const full: Sabotage = {
      name: 'Redis has no memory left',
      code: 'wrong',
      kind: 'redis',
      break: [['CONFIG', 'SET', 'maxmemory', 1]],
      restore: [['CONFIG', 'SET', 'maxmemory', 0]],
    };
    const reason =
      'it could not be carried out: CONFIG SET maxmemory 1: ERR no such setting (embedded cache, not Redis)';
    const beside = await proofOf([full, forged]);
    expect(beside.status).toBe('proven');
    expect(beside.sabotages).toMatchObject([
      { name: 'Redis has no memory left', holds: false, skipped: true, found: reason },
      { name: 'it says otherwise', holds: true },
    ]);
    expect(await proofOf([full])).toMatchObject({ status: 'skipped', reason });
    expect(written).toEqual(Array(2).fill(['sabotage "Redis has no memory left"', 'removed']).flat());
    standIn.close();
  });

  it('is refuted where the reference stack does not pass, and skipped on a stack that may be wrong', async () => {
    const run: Check['run'] = async ({ fail }) => fail('wrong', { expected: 'a', actual: 'b' });
    const proofs = (isReference: boolean) =>
      proofsOf([checkWith([forged], { run })], {
        recoverWithinMs: 0,
        underTest: { ...underTest, stack: { ...underTest.stack, isReference } },
      });
    const reason = 'on the whole stack it does not pass: fail wrong (b)';
    expect(await proofs(true)).toEqual([{ id: 'api/fine', status: 'refuted', reason, sabotages: [] }]);
    expect(await proofs(false)).toEqual([{ id: 'api/fine', status: 'skipped', reason, sabotages: [] }]);
  });

  it('calls a check without sabotage unproven, unless it says why there is none', async () => {
    expect((await proofOf([])).status).toBe('unproven');
    expect(await proofOf([], { unprovable: 'it judges a file of the repository' })).toMatchObject({
      status: 'skipped',
      reason: 'it judges a file of the repository',
    });
  });
});
