import { type ChildProcess, spawn } from 'node:child_process';
import type dns from 'node:dns';

type Addresses = string | dns.LookupAddress[];
type Done = (error: NodeJS.ErrnoException | null, found: Addresses, family?: number) => void;

/** The system's way from names to addresses, hosts file and all. */
export interface NameService {
  /** Resolves once a question will be asked at once: starting is our time, and no look-up's. Never rejects. */
  ready(): Promise<void>;
  lookup(name: string, options: dns.LookupOptions, done: Done): void;
  close(): void;
}

/** Answers each question with what `dns.lookup` says; ends with the process that it serves. */
const servant = `
const dns = require('node:dns');
process.send({ id: 0 });
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.on('message', ({ id, name, options }) => {
  dns.lookup(name, options, (error, found, family) => {
    if (process.connected) process.send({ id, error: error && { code: error.code, message: error.message }, found, family });
  });
});
`;

interface Answer {
  id: number;
  error: { code: string; message: string } | null;
  found: Addresses;
  family?: number;
}

/**
 * A name server that is silent holds `dns.lookup` for ten seconds and more, and with it one of the four threads that this
 * process has for files and names; it cannot even end before they do. So names are looked up in a child process, which is
 * started with the first name and killed at the end.
 */
export function createNameService(): NameService {
  const pending = new Map<number, Done>();
  let child: ChildProcess | undefined;
  let awake = Promise.resolve();
  let lastId = 0;

  const abandon = () => {
    child = undefined;
    for (const done of pending.values())
      done(Object.assign(new Error('the lookup of names ended'), { code: 'EAI_FAIL' }), []);
    pending.clear();
  };
  const start = (): ChildProcess => {
    const started = spawn(process.execPath, ['-e', servant], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, NODE_OPTIONS: '', UV_THREADPOOL_SIZE: '64' },
    });
    // Each caller has a deadline; the process itself keeps no other alive.
    started.unref();
    started.channel?.unref();
    started.on('message', (answer: Answer) => {
      const done = pending.get(answer.id);
      pending.delete(answer.id);
      done?.(
        answer.error && Object.assign(new Error(answer.error.message), answer.error),
        answer.found,
        answer.family,
      );
    });
    awake = new Promise((resolve) => {
      for (const event of ['message', 'error', 'exit']) started.once(event, () => resolve());
    });
    started.once('error', abandon);
    started.once('exit', abandon);
    return started;
  };

  return {
    ready() {
      child ??= start();
      return awake;
    },
    lookup(name, options, done) {
      child ??= start();
      lastId++;
      pending.set(lastId, done);
      const { family, hints, all, order, verbatim } = options;
      child.send({ id: lastId, name, options: { family, hints, all, order, verbatim } }, (error) => {
        if (error) abandon();
      });
    },
    close() {
      const ending = child;
      child = undefined;
      ending?.removeAllListeners('exit');
      ending?.kill('SIGKILL');
      pending.clear();
    },
  };
}
