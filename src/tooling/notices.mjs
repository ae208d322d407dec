import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Collects the packages whose modules the bundler reads. `text()` returns their notices, each text once. */
export function collectNotices() {
  const packagesByText = new Map();
  const add = (folder) => {
    const { name, version, license } = manifestOf(folder);
    const text = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /^(licen[cs]e|notice|copying)/i.test(entry.name))
      .map((entry) => readFileSync(path.join(folder, entry.name), 'utf8').trim())
      .join('\n\n');
    const packages = packagesByText.get(text) ?? new Set();
    packagesByText.set(text, packages.add(`${name} ${version} (${license})`));
  };
  let apacheTerms;
  /** The terms of the Apache License are most of the text of several packages: printed once, at the end. */
  const withoutTerms = (text) =>
    text.replace(
      /Apache License\s+Version 2\.0, January 2004[\s\S]*?END OF TERMS AND CONDITIONS/,
      (terms) => {
        apacheTerms ??= terms;
        return 'Apache License, Version 2.0: its terms are at the end of this file';
      },
    );
  return {
    plugin: {
      name: 'notices',
      buildEnd() {
        const ids = [...this.getModuleIds()].filter((id) => id.includes('node_modules'));
        for (const folder of new Set(ids.map(packageFolder))) add(folder);
      },
    },
    text: () =>
      [...packagesByText]
        .map(([text, packages]) => `${[...packages].sort().join('\n')}\n\n${withoutTerms(text)}\n`)
        .sort()
        .concat(apacheTerms ? `${apacheTerms}\n` : [])
        .join(`\n${'-'.repeat(80)}\n\n`),
  };
}

/** The nearest folder above whose package.json has a version; others only set the module type. */
function packageFolder(file) {
  const folder = path.dirname(file);
  return manifestOf(folder).version ? folder : packageFolder(folder);
}

function manifestOf(folder) {
  const file = path.join(folder, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}
