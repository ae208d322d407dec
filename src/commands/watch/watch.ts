import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pause } from '../../base/await-until.ts';
import { Fault } from '../../base/errors.ts';
import { ExitCode } from '../../base/exit-code.ts';
import { safeLine } from '../../base/safe-text.ts';
import { counted } from '../../check/counted.ts';
import type { CheckResult } from '../../check/result.ts';
import type { Project } from '../../config/project.ts';
import { withAbsoluteReporter } from '../../reporters/index.ts';
import { openProject } from '../context.ts';
import type { Invocation } from '../invocation.ts';
import { lineFor, styleFor } from '../style.ts';
import { changedFiles, snapshotOf } from './files.ts';
import { type Key, openKeyboard } from './keys.ts';
import { startChild } from './run-child.ts';
import { serviceStarts } from './service-starts.ts';
import { touchedBy, type WatchedPaths } from './touched.ts';
import { watchedPaths } from './watched-paths.ts';

export interface WatchOptions {
  /** Arguments of a run of everything. */
  all: readonly string[];
  /** Returns the arguments of a run of these checks. */
  some(patterns: readonly string[]): readonly string[];
  /** Files of checks of this call. */
  files?: readonly string[];
  /** True if the reporters are among the arguments; otherwise those of the configuration apply. */
  hasReporters: boolean;
}

type Request = { kind: Key } | { kind: 'changed'; files: string[] } | { kind: 'restarted'; service: string };

/** In raw mode, Ctrl-C is a key. */
const interrupted = new Fault({
  code: 'signal',
  message: 'ended by SIGINT',
  exitCode: ExitCode.interrupted,
});
const pollMs = 300;
const clearScreen = '\x1b[2J\x1b[3J\x1b[H';

/** Throws a usage `Fault` where there is no terminal. */
export function assertTerminal({ stdin, stdout }: Invocation): void {
  if (stdin().isTTY && Number.isFinite(stdout.columns)) return;
  throw new Fault({
    code: 'needs-terminal',
    message: '--watch needs a terminal: it reads keys and shows each run in turn',
    hint: 'in a pipe or a CI job: meatymusic verify; for a verdict that is always current: meatymusic serve',
    exitCode: ExitCode.usage,
  });
}

/** Runs again what a change touches, until `q`. Resolves to the exit code of the latest run. */
export async function watch(invocation: Invocation, options: WatchOptions): Promise<ExitCode> {
  const { stdout, signal } = invocation;
  const style = styleFor(stdout);
  const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-watch-'));
  const resultFile = path.join(folder, 'result.json');
  const known = new Map<string, CheckResult>();
  let project = await openProject(invocation);
  let paths = watchedPaths(project, options.files ?? []);
  let pattern: string[] | undefined;
  let exitCode: number = ExitCode.ok;
  let next: Request | undefined;
  let onRequest = () => {};
  const request = (given: Request) => {
    next = given;
    onRequest();
  };
  let isRunning = true;
  let isUnfinished = false;
  const keyboard = openKeyboard(invocation.stdin(), (kind) => request({ kind }));
  const ended = new AbortController();
  const stopped = AbortSignal.any([signal, ended.signal]);
  const onAbort = () => {
    onRequest();
    keyboard.close();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  const watching = watchChanges(
    { paths: () => paths, project: () => project, isRunning: () => isRunning },
    request,
    stopped,
  );
  try {
    await run(everything(), 'all checks');
    for (;;) {
      await untilRequest();
      signal.throwIfAborted();
      const { kind, ...details } = next as Request;
      next = undefined;
      if (kind === 'quit') return exitCode as ExitCode;
      if (kind === 'interrupt') throw interrupted;
      else if (kind === 'all') {
        pattern = undefined;
        await run(everything(), 'all checks');
      } else if (kind === 'failed') await runFailed();
      else if (kind === 'pattern') await runPattern();
      else if (kind === 'restarted') {
        await run(everything(), `${(details as { service: string }).service} was restarted`);
      } else await runChanged((details as { files: string[] }).files);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    keyboard.close();
    ended.abort();
    await watching;
    rmSync(folder, { recursive: true, force: true });
  }

  function everything(): readonly string[] {
    return pattern ? options.some(pattern) : options.all;
  }

  /** Runs, and interrupts the run at the next request. */
  async function run(args: readonly string[], why: string): Promise<void> {
    if (stdout.isTerminal) await stdout.write(clearScreen);
    await stdout.write(lineFor(stdout, `${why} …`, style.dim));
    const configured = options.hasReporters ? [] : project.config.verify.reporters;
    const reporters = configured.map((text) => withAbsoluteReporter(text, project.root));
    const all = [...reporters, `json=${resultFile}`].map((text) => `--reporter=${text}`);
    isRunning = true;
    const child = startChild(invocation, [...args.slice(0, 1), ...all, ...args.slice(1)], resultFile);
    onRequest = () => child.interrupt();
    if (next || signal.aborted) child.interrupt();
    const outcome = await child.ended;
    isRunning = false;
    onRequest = () => {};
    // Interrupted: what it was to verify is part of the next run.
    if (next) {
      isUnfinished = true;
      return;
    }
    isUnfinished = false;
    exitCode = outcome.exitCode;
    if (args === options.all && outcome.result) known.clear();
    for (const check of outcome.result?.checks ?? []) known.set(check.id, check);
    project = await openProject({ ...invocation, quiet: true }).catch(() => project);
    paths = watchedPaths(project, options.files ?? []);
    if (signal.aborted) return;
    const filter = pattern ? `only ${pattern.join(' ')} · ` : '';
    await stdout.write(
      lineFor(stdout, `\n${filter}watching · a all · f failed · p pattern · q quit`, style.dim),
    );
  }

  async function runFailed(): Promise<void> {
    const ids = [...known.values()].filter(({ status }) => status !== 'pass' && status !== 'skip');
    if (ids.length === 0) return say('nothing failed');
    await run(options.some(ids.map(({ id }) => id)), counted(ids.length, 'failed check'));
  }

  async function runPattern(): Promise<void> {
    await stdout.write('pattern (ids, areas or globs; empty: all): ');
    const text = await keyboard.line();
    if (text === undefined || signal.aborted) return;
    const words = text.split(/[\s,]+/).filter((word) => word !== '' && !word.startsWith('-'));
    pattern = words.length > 0 ? words : undefined;
    await run(everything(), pattern ? `only ${pattern.join(' ')}` : 'all checks');
  }

  async function runChanged(files: readonly string[]): Promise<void> {
    const touched = touchedBy(files, paths, [...known.values()], project.root);
    const names = files.slice(0, 3).map((file) => safeLine(path.relative(project.root, file)));
    const why = `${names.join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''} changed`;
    const isGone = files.some((file) => !existsSync(file));
    const touchesAll = touched.kind === 'all' || isUnfinished || isGone;
    await run(touchesAll ? everything() : options.some(touched.ids), why);
  }

  async function say(text: string): Promise<void> {
    await stdout.write(lineFor(stdout, text, style.dim));
  }

  function untilRequest(): Promise<void> {
    return new Promise((resolve) => {
      onRequest = resolve;
      if (next || signal.aborted) resolve();
    });
  }
}

/** Reports changes of files once they rest, and services that were restarted, until the signal. */
async function watchChanges(
  { paths, project, isRunning }: { paths(): WatchedPaths; project(): Project; isRunning(): boolean },
  request: (request: Request) => void,
  signal: AbortSignal,
): Promise<void> {
  const read = () => {
    const { config, checks, migrations } = paths();
    return snapshotOf([...config, ...checks, ...migrations]);
  };
  const services = serviceStarts(project);
  let watched = JSON.stringify(paths());
  let reported = read();
  let before = reported;
  while (!signal.aborted) {
    await pause(pollMs, signal).catch(() => {});
    // Another set of paths is no change of a file.
    if (JSON.stringify(paths()) !== watched) {
      watched = JSON.stringify(paths());
      reported = read();
      before = reported;
      continue;
    }
    const now = read();
    const isResting = changedFiles(before, now).length === 0;
    before = now;
    const files = isResting ? changedFiles(reported, now) : [];
    if (files.length > 0) {
      reported = now;
      request({ kind: 'changed', files });
    }
    if (isRunning()) services.forget();
    const service = isRunning() ? undefined : await services.restarted();
    if (service !== undefined && !signal.aborted) request({ kind: 'restarted', service });
  }
}
