const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const vm = require('node:vm');

/**
 * For Node.js 20, which has no `module.enableCompileCache`: requires a bundled file with what V8 made of it the last
 * time, which spares compiling it, half of a start. The compiled code lies below the package's own folder, so that
 * nobody can plant it who could not change the code itself; where that folder cannot be written, all works without it.
 * V8 refuses what another version made of it; a changed file has another name. `keep()` writes what was new.
 */
function loadCached(file, topic) {
  const folder = path.join(path.dirname(file), '.cache', `${process.version}-${process.arch}`);
  const modules = new Map();
  const fresh = [];
  return { exports: load(file), keep };

  function load(from) {
    const known = modules.get(from);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(from, module);
    const { size, mtimeMs } = statSync(from);
    const cacheFile = path.join(folder, `${path.basename(from)}-${topic}-${size}-${Math.trunc(mtimeMs)}`);
    const cachedData = readIfThere(cacheFile);
    // The bundler writes ASCII; on one line with the source, lines keep their numbers.
    const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(from, 'latin1')}\n})`;
    const script = new vm.Script(source, { filename: from, cachedData });
    if (!cachedData || script.cachedDataRejected) fresh.push({ script, cacheFile });
    const native = createRequire(from);
    const here = path.dirname(from);
    const require = (id) => (id.startsWith('./packages/') ? load(path.join(here, id)) : native(id));
    script.runInThisContext()(module.exports, Object.assign(require, native), module, from, here);
    return module.exports;
  }

  function keep() {
    try {
      if (fresh.length > 0) mkdirSync(folder, { recursive: true });
      for (const { script, cacheFile } of fresh) {
        // Whole or not at all: another call may read or write it at this moment.
        const half = `${cacheFile}.${process.pid}`;
        writeFileSync(half, script.createCachedData());
        renameSync(half, cacheFile);
      }
    } catch {
      // Not ours to write: the next call compiles again.
    }
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

module.exports = { loadCached };
