#!/usr/bin/env node
// CommonJS in old syntax: releases that are too old parse this file, too.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `meatymusic needs Node.js 20.19 or newer; this is ${process.versions.node}.\nInstall a current one from https://nodejs.org, then try again.\n`,
  );
  process.exitCode = 69;
} else {
  run();
}

async function run() {
  // 70 until the report is written: an event loop that runs empty before is a defect and no success.
  process.exitCode = 70;
  cacheCompiledCode();
  process.exitCode = await require('../dist/cli.cjs').main(process.argv.slice(2));
}

/** In a folder of this user: in the shared folder that is Node's default, another user could plant code. */
function cacheCompiledCode() {
  const { enableCompileCache } = require('node:module');
  if (!enableCompileCache) return;
  const { homedir } = require('node:os');
  const { join } = require('node:path');
  enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'meatymusic', 'compiled'));
}
