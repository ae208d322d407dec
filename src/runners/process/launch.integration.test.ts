import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { leaksInvisible, processesOf } from '../../testing/leaks.ts';
import { notBuilt } from '../../testing/project.ts';
import { ensureStackFolder, readState } from '../state.ts';
import { launchSupervisor } from './launch.ts';
import type { SupervisorPlan } from './plan.ts';

const reason = notBuilt ?? leaksInvisible;

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'meatymusic-launch-')));
  ensureStackFolder(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const fault = new Fault({ code: 'bad-configuration', message: 'no plan', exitCode: ExitCode.config });
const plan: SupervisorPlan = { root: '', runtime: 'external', services: [], urls: {}, notices: [] };
const refuse = () => {
  throw fault;
};

describe.skipIf(reason)(`a supervisor that gets no plan${reason ? ` (${reason})` : ''}`, () => {
  it.each([
    ['where none can be made', () => Promise.reject(fault), () => {}],
    ['where its services cannot be started', () => Promise.resolve(plan), refuse],
  ])('ends %s, and the reason is reported', async (_, planned, prepare) => {
    const how = { root, environment: {}, prepare, signal: AbortSignal.timeout(10_000) };
    await expect(launchSupervisor(planned(), how)).rejects.toBe(fault);
    await awaitUntil(() => (processesOf(root).length === 0 ? true : undefined), {
      what: 'the supervisor to end',
      withinMs: 5000,
    });
    expect(readState(root)).toEqual({});
  });
});
