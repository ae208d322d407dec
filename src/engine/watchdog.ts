/**
 * Runs in a thread of its own and watches the main one. When that one no longer beats, because a check computes without
 * end, nothing on it can act: no timer fires, no signal handler runs. So it is paused with the inspector, wherever it
 * is, and ordered to end the run from there: with its reports, and in the name of the check that holds it.
 */
import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { workerData } from 'node:worker_threads';
import { endRunExpression, type WatchdogData } from './watchdog-data.ts';

const { beat, quietMs, deadlineMs } = workerData as WatchdogData;
const pollMs = 100;
/** How long a pause of the main thread may take: where it does not come, native code holds it. */
const pauseWithinMs = 1000;
/** Between two microtasks no check's code runs: a loop of them is paused again until a check can be named. */
const maxPauses = 20;

const startedAt = performance.now();
let lastBeat = -1;
let lastBeatAt = startedAt;

let poll = watch();

function watch() {
  return setInterval(look, pollMs);
}

function look(): void {
  const now = performance.now();
  const current = Atomics.load(beat, 0);
  if (current !== lastBeat) {
    lastBeat = current;
    lastBeatAt = now;
    return;
  }
  const silentMs = now - lastBeatAt;
  const overdue = now - startedAt > deadlineMs + quietMs && silentMs > 10 * pollMs;
  if (silentMs < quietMs && !overdue) return;
  clearInterval(poll);
  endRun(Math.round(silentMs));
}

function endRun(silentMs: number): void {
  const session = new Session();
  // A session does not keep its thread alive; this does, and ends what cannot be ended otherwise.
  const killing = setTimeout(() => {
    if (Atomics.load(beat, 0) === lastBeat) kill(silentMs);
    // It continued for a moment, ended by itself, and beats again.
    session.disconnect();
    poll = watch();
  }, pauseWithinMs);
  session.connectToMainThread();
  let pauses = 0;
  session.on('Debugger.paused', () => {
    killing.refresh();
    const expression = endRunExpression({ anyCheck: ++pauses === maxPauses });
    // An answer comes only if the run continues because no check could be named.
    session.post('Runtime.evaluate', { expression }, () => {
      session.post('Debugger.resume');
      // Anywhere else: the next statement would be one of the same place.
      setTimeout(() => session.post('Debugger.pause'), 1 + Math.random() * 5);
    });
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

/** Only the kernel still reaches a thread that is blocked outside of JavaScript. */
function kill(silentMs: number): void {
  writeSync(
    2,
    `\nerror[stalled]: a check has blocked the process for ${silentMs} ms in native code (a synchronous child process or read?); it is killed, without a report\n`,
  );
  process.kill(process.pid, 'SIGKILL');
}
