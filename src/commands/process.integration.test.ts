/** Signals and uncaught errors, in a process of its own that has nothing but `openProcess`. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../base/package-root.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'process-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts a program whose body has `context`, prints what it prints, and never ends by itself. */
async function program(body: string) {
  const input = path.join(folder, `${Math.random().toString(36).slice(2)}.ts`);
  writeFileSync(
    input,
    `import { mostSevereExitCode, openProcess } from '${packageRoot}/src/commands/process.ts';
        const context = openProcess({ plain: true });
        const print = (text) => context.stdout.write(text + '\\n');
        ${body}`,
  );
  const file = `${input}.mjs`;
  await build({ input, platform: 'node', logLevel: 'silent', output: { file, codeSplitting: false } });
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  const waiting: { text: string; resolve(): void }[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part) => {
      out += part;
      for (const each of waiting) if (out.includes(each.text)) each.resolve();
    });
  }
  const sees = (text: string) =>
    new Promise<void>((resolve) => {
      if (out.includes(text)) resolve();
      else waiting.push({ text, resolve });
    });
  const ended = new Promise<{ code: number | null; out: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, out }));
  });
  return { child, sees, ended };
}

const forever = 'setInterval(() => {}, 1000); print("ready");';

describe('openProcess', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('turns %s into an abort whose reason has the code %i', async (signal, code) => {
    const { child, sees, ended } = await program(`
      const timer = setInterval(() => {}, 1000);
      context.base.signal.addEventListener('abort', async () => {
        const { code, message, exitCode } = context.base.signal.reason;
        await print([code, message, exitCode].join('|'));
        clearInterval(timer);
        process.exitCode = mostSevereExitCode(context.reasons.map((reason) => reason.exitCode));
      });
      print('ready');`);
    await sees('ready');
    child.kill(signal);
    expect(await ended).toEqual({ code, out: `ready\nsignal|ended by ${signal}|${code}\n` });
  });

  it('ends at once at the second Ctrl-C, whatever the cleanup does', async () => {
    const { child, sees, ended } = await program(
      `context.base.signal.addEventListener('abort', () => print('cleaning up')); ${forever}`,
    );
    await sees('ready');
    child.kill('SIGINT');
    await sees('cleaning up');
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, out: 'ready\ncleaning up\n' });
  });

  it.each([
    ['an error that is not caught', 'setTimeout(() => { throw new Error("oh no"); });'],
    ['a rejection that is not handled', 'Promise.reject(new Error("oh no"));'],
    ['a non-error that is thrown', 'setTimeout(() => { throw "oh no"; });'],
  ])('turns %s into an internal fault', async (_what, statement) => {
    const { ended } = await program(`
      const timer = setInterval(() => {}, 1000);
      context.base.signal.addEventListener('abort', () => {
        clearInterval(timer);
        const { message, exitCode } = context.base.signal.reason;
        print(message);
        process.exitCode = exitCode;
      });
      ${statement}`);
    expect(await ended).toEqual({ code: 70, out: 'an unexpected error: oh no\n' });
  });

  it('hides the secrets of the environment in what is written', async () => {
    const { ended } = await program(`
      process.exitCode = 0;
      context.base.redact.add('hunter2-secret');
      await print('it is hunter2-secret, ' + Buffer.from('hunter2-secret').toString('base64'));
      context.close();`);
    expect(await ended).toEqual({ code: 0, out: 'it is [redacted], [redacted]\n' });
  });
});
