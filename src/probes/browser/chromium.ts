import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../base/thread.ts';
import { type BrowserVisit, ProbeError } from '../../check/probes.ts';
import type { BrowserAnswer, BrowserOrder, BrowserThreadData, PageOrder } from './orders.ts';

interface Running {
  worker: Worker;
  visits: Map<number, { resolve(seen: BrowserVisit): void; reject(error: ProbeError): void }>;
  ended: Promise<void>;
}

/** One Chromium for all visits of a run, driven by a thread of its own; started again should it die. */
export class Chromium {
  readonly #path: string;
  readonly #readOnly: boolean;
  #running: Running | undefined;
  #lastVisit = 0;

  /** With `readOnly`, its pages send nothing that could write. */
  constructor(executablePath: string, { readOnly = false } = {}) {
    this.#path = executablePath;
    this.#readOnly = readOnly;
  }

  /** Starts the browser, if it does not run; no one has to wait for that. */
  start(): void {
    this.#running ??= this.#startThread();
  }

  /** `signal` ends the visit; a page that then does not close takes its browser along. */
  async visit(page: PageOrder, signal: AbortSignal): Promise<BrowserVisit> {
    this.#running ??= this.#startThread();
    const { worker, visits } = this.#running;
    const visit = ++this.#lastVisit;
    const leave = () => worker.postMessage({ leave: visit } satisfies BrowserOrder);
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        visits.set(visit, { resolve, reject });
        worker.ref();
        worker.postMessage({ visit, page } satisfies BrowserOrder);
      });
    } finally {
      visits.delete(visit);
      if (visits.size === 0) worker.unref();
      signal.removeEventListener('abort', leave);
    }
  }

  /** The browser, its processes and its files are gone when this resolves. */
  async end(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.worker.ref();
    running.worker.postMessage('end' satisfies BrowserOrder);
    await running.ended;
  }

  #startThread(): Running {
    const folder = mkdtempSync(path.join(tmpdir(), 'meatymusic-browser-'));
    const worker = startThread(
      { name: 'browser-thread.js', source: 'src/probes/browser/thread.ts' },
      {
        workerData: {
          executablePath: this.#path,
          readOnly: this.#readOnly,
          folder,
        } satisfies BrowserThreadData,
        execArgv: [],
      },
    );
    // Only visits keep the process waiting for it.
    worker.unref();
    const visits: Running['visits'] = new Map();
    let pid: number | undefined;
    const clear = () => {
      if (pid !== undefined) killGroup(pid);
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    };
    process.once('exit', clear);
    let reason = 'the browser has ended';
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        process.off('exit', clear);
        clear();
        if (this.#running === running) this.#running = undefined;
        for (const { reject } of visits.values()) reject(new ProbeError('BROWSER_FAILED', reason));
        resolve();
      });
    });
    worker.once('error', (error) => {
      reason = `the thread of the browser has ended: ${(error as Error)?.message ?? error}`;
    });
    worker.on('message', (answer: BrowserAnswer) => {
      if ('pid' in answer) {
        pid = answer.pid;
        return;
      }
      const waiting = visits.get(answer.visit);
      if ('seen' in answer) waiting?.resolve(answer.seen);
      else {
        const { code, message, details } = answer.failed;
        waiting?.reject(new ProbeError(code, message, details));
      }
    });
    const running: Running = { worker, visits, ended };
    return running;
  }
}

/** Kills the process and those that it started. */
function killGroup(pid: number): void {
  try {
    if (process.platform === 'win32') execFileSync('taskkill', ['/pid', String(pid), '/T', '/F']);
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
