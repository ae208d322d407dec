import { writeSync } from 'node:fs';

const afterMs = 1000;

/**
 * Ends the process when something that a check, a plugin or a stalled reader left open still keeps it alive after 1 s.
 * To be called when all output is written. A process that nothing keeps alive ends by itself, before.
 */
export function endDespiteOpenHandles({ verbose }: { verbose: boolean }): void {
  setTimeout(() => {
    if (verbose) report(openHandles());
    process.exit();
  }, afterMs).unref();
}

/** The kinds of what is open, without standard output and standard error. */
function openHandles(): string[] {
  const open = process.getActiveResourcesInfo();
  for (const stream of [process.stdout, process.stderr]) {
    const own = open.indexOf(stream.isTTY ? 'TTYWrap' : 'PipeWrap');
    if (own !== -1) open.splice(own, 1);
  }
  return open;
}

function report(open: readonly string[]): void {
  // A slow machine: the process was about to end by itself.
  if (open.length === 0) return;
  try {
    writeSync(2, `note[left-open]: ended although something was still open: ${open.join(', ')}\n`);
  } catch {
    // Standard error is closed or full.
  }
}
