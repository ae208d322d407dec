import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { awaitUntil } from '../../base/await-until.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { leaksInvisible, processesOf } from '../../testing/leaks.ts';
import { notBuilt } from '../../testing/project.ts';
import { ensureStackFolder, readState } from '../state.ts';
import { launchSupervisor } from './launch.ts';

const reason = notBuilt ?? leaksInvisible;

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(path.join(tmpdir(), 'meatymusic-launch-')));
  ensureStackFolder(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it.skipIf(reason)(
  `ends the supervisor where no plan can be made, and reports why${reason ? ` (${reason})` : ''}`,
  async () => {
    const fault = new Fault({ code: 'bad-configuration', message: 'no plan', exitCode: ExitCode.config });
    const planned = Promise.reject(fault);
    const signal = AbortSignal.timeout(10_000);
    await expect(launchSupervisor(planned, { root, environment: {}, signal })).rejects.toBe(fault);
    await awaitUntil(() => (processesOf(root).length === 0 ? true : undefined), {
      what: 'the supervisor to end',
      withinMs: 5000,
    });
    expect(readState(root)).toEqual({});
  },
);
