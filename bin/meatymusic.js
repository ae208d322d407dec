#!/usr/bin/env node
// CommonJS: the loader of ES modules alone would take a tenth of a start, and versions too old for it get the sentence below.
const { readFileSync, writeSync } = require('node:fs');
const path = require('node:path');

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
  run(load(path.join(__dirname, '../dist/cli.cjs')));
}

async function run({ exports, keep }) {
  process.exitCode = await exports.main(args);
  keep?.();
  // The process ends by itself, without taking its memory apart. Only what a check left open, or a reader that does not
  // read, has no more than this.
  process.once('beforeExit', () => process.exit());
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
function load(file) {
  if (major >= 22) {
    require('node:module').enableCompileCache?.();
    return { exports: require(file) };
  }
  // Most calls are over before code pays that V8 optimised, and page after page goes into optimising it. What runs for
  // long still is. Before anything is loaded: compiled code is kept for the flags that it was compiled with.
  require('node:v8').setFlagsFromString('--interrupt-budget=1000000');
  const { loadCached } = require('./load-cached.js');
  return loadCached(file, topic());
}

/** Calls of one topic need much the same code: `verify`, `migrate-status`. */
function topic() {
  const isName = (word, at) => /^[a-z]{1,12}$/.test(word) && !['--config', '--cwd'].includes(args[at - 1]);
  const [command = '', under = ''] = args.filter(isName);
  if (command === 'migrate' || command === 'checks') return `${command}-${under}`;
  return command || 'any';
}

/** `--version` alone, without loading anything: half of a start would go into that. What cannot be written is for `main` to tell. */
function printedVersion() {
  if (args.length !== 1 || (args[0] !== '--version' && args[0] !== '-V')) return false;
  try {
    const { version } = JSON.parse(readFileSync(path.join(__dirname, '../package.json'), 'utf8'));
    writeSync(1, `${version}\n`);
    return true;
  } catch {
    return false;
  }
}
