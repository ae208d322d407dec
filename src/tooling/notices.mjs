import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Collects the packages whose modules are in bundles. `text()` returns their notices, each text once. */
export function collectNotices() {
  const folders = new Set();
  return {
    plugin: {
      name: 'notices',
      generateBundle(_options, files) {
        for (const id of Object.values(files).flatMap(({ moduleIds = [] }) => moduleIds))
          if (id.includes('node_modules')) folders.add(packageFolder(id));
      },
    },
    text() {
      const packagesByText = new Map();
      for (const folder of folders) {
        const { name, version, license } = manifestOf(folder);
        const text = noticeOf(folder);
        packagesByText.set(text, [...(packagesByText.get(text) ?? []), `${name} ${version} (${license})`]);
      }
      return [...packagesByText]
        .map(([text, packages]) => `${[...new Set(packages)].sort().join('\n')}\n\n${text}\n`)
        .sort()
        .join(`\n${'-'.repeat(80)}\n\n`);
    },
  };
}

/** The nearest folder above whose package.json has a version; others only set the module type. */
function packageFolder(file) {
  const folder = path.dirname(file);
  const isPackage = existsSync(path.join(folder, 'package.json')) && manifestOf(folder).version;
  return isPackage ? folder : packageFolder(folder);
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

function noticeOf(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]e|notice|copying)/i.test(entry.name))
    .map(({ name }) => readFileSync(path.join(folder, name), 'utf8').trim())
    .join('\n\n');
}
