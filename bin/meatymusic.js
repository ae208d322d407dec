#!/usr/bin/env node
import { readFileSync, writeSync } from 'node:fs';
import * as nodeModule from 'node:module';

const [major, minor] = process.versions.node.split('.').map(Number);
const args = process.argv.slice(2);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `meatymusic needs Node.js 20.19 or newer; this is ${process.versions.node}.\nInstall a current one from https://nodejs.org, then try again.\n`,
  );
  process.exitCode = 69;
} else if (!printedVersion()) {
  // 70 until the report is out: an event loop that runs dry is a defect, not a success.
  process.exitCode = 70;
  nodeModule.enableCompileCache?.();
  const { main } = await import('../dist/cli.js');
  process.exitCode = await main(args);
  // All that was to be written has been taken by now. What a reader that does not read, or a library, still holds
  // must not hold the caller.
  setTimeout(() => process.exit(), 1000).unref();
}

/** `--version` alone, without loading anything: half of a start would go into that. What cannot be written is for `main` to tell. */
function printedVersion() {
  if (args.length !== 1 || (args[0] !== '--version' && args[0] !== '-V')) return false;
  try {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    writeSync(1, `${version}\n`);
    return true;
  } catch {
    return false;
  }
}
