#!/usr/bin/env node
import { readFileSync, writeSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath } from 'node:url';

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
  const cli = await load(new URL('../dist/cli.cjs', import.meta.url));
  process.exitCode = await cli.exports.main(args);
  cli.keep?.();
  // The process ends by itself. Only what a check left open, or a reader that does not read, has no more than this.
  setTimeout(leave, 1000).unref();
}

/** All that was to be written has been taken by now. `NODE_DEBUG=meatymusic` is for tests, which must see no leak. */
function leave() {
  if (args.includes('--verbose') || process.env.NODE_DEBUG?.includes('meatymusic')) {
    const open = process.getActiveResourcesInfo();
    for (const { _type: type } of [process.stdout, process.stderr]) {
      const own = open.indexOf(type === 'tty' ? 'TTYWrap' : 'PipeWrap');
      if (own !== -1 && type !== 'fs') open.splice(own, 1);
    }
    try {
      writeSync(2, `note[left-open]: ended although something was still open: ${open.join(', ')}\n`);
    } catch {
      // Nobody reads it.
    }
  }
  process.exit();
}

/** With the code that V8 compiled the last time: by Node where it can, else by ourselves. */
async function load(url) {
  if (nodeModule.enableCompileCache) {
    nodeModule.enableCompileCache();
    return { exports: nodeModule.createRequire(url)(fileURLToPath(url)) };
  }
  const { loadCached } = await import('./load-cached.js');
  const command = args.find((word) => !word.startsWith('-')) ?? '';
  return loadCached(fileURLToPath(url), /^[a-z]{1,12}$/.test(command) ? command : 'any');
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
