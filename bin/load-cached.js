const { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
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
  const parts = new Map();
  const fresh = [];
  const module = { exports: {} };
  // On one line with the source, lines keep their numbers.
  const source = `(function (exports, require, module, __filename) {${read(file)}\n})`;
  run(file, source)(module.exports, Object.assign(found, require), module, file);
  return { exports: module.exports, keep };

  /** Packages lie where they do for this file, too. */
  function found(id) {
    if (/^\.\/(cli|packages)\//.test(id)) return part(id);
    return require(id.startsWith('./') ? path.join(path.dirname(file), id) : id);
  }

  /** The value of a file that is one expression: its text is compiled as it is, as a copy would cost more than the rest. */
  function part(id) {
    if (!parts.has(id)) {
      const from = path.join(path.dirname(file), id);
      parts.set(id, run(from, read(from)));
    }
    return parts.get(id);
  }

  function run(from, source) {
    const { size, mtimeMs } = statSync(from);
    const cacheFile = path.join(folder, `${path.basename(from)}-${topic}-${size}-${Math.trunc(mtimeMs)}`);
    const cachedData = readIfThere(cacheFile);
    const script = new vm.Script(source, { filename: from, cachedData });
    if (!cachedData || script.cachedDataRejected) fresh.push({ script, cacheFile });
    return script.runInThisContext();
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

/** The bundler writes ASCII. */
function read(file) {
  return readFileSync(file, 'latin1');
}

function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

module.exports = { loadCached };
