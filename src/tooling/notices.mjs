import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Collects the packages whose modules the bundler reads. `text()` returns their notices: each licence text once, under the
 * packages that have it and their copyright lines.
 */
export function collectNotices() {
  const packagesByText = new Map();
  const add = (folder) => {
    const { name, version, license } = manifestOf(folder);
    const text = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /^(licen[cs]e|notice|copying)/i.test(entry.name))
      .map((entry) => readFileSync(path.join(folder, entry.name), 'utf8').trim())
      .join('\n\n');
    const { copyright, terms } = splitLicence(text);
    const packages = packagesByText.get(terms) ?? new Set();
    packagesByText.set(terms, packages.add([`${name} ${version} (${license})`, ...copyright].join('\n  ')));
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

/** Separates the copyright lines, which differ between packages with the same terms. Line breaks of the terms do not count. */
function splitLicence(text) {
  const lines = text.split('\n').map((line) => line.trim());
  const isCopyright = (line) => /^copyright:? *(\(c\)|©|\d{4})/i.test(line);
  const terms = lines.filter((line) => !isCopyright(line)).join('\n');
  return {
    copyright: lines.filter(isCopyright),
    terms: terms
      .split(/\n{2,}/)
      .map((paragraph) => paragraph.replaceAll('\n', ' '))
      .join('\n\n')
      .trim(),
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
