import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

export interface FoundChromium {
  /** Absent: there is none. */
  path?: string;
  /** Where it was looked for, or how it was named; for a person. */
  source: string;
}

/** First those that have no window to draw: they need half the time of a whole browser. */
const names = [
  'chromium-headless-shell',
  'chrome-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge',
];
const elsewhere = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/snap/bin/chromium',
];

/** The one command that makes the browser checks possible. */
export const installChromium =
  'sudo apt-get install -y chromium (or set CHROMIUM_PATH to a Chromium or Chrome)';

/** A browser that was named (configuration, CHROMIUM_PATH) or is installed. One that is named and not there is not replaced. */
export function findChromium(
  configured: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): FoundChromium {
  const named = configured || env.CHROMIUM_PATH;
  if (named) {
    const source = configured ? `browser.path: ${configured}` : `CHROMIUM_PATH=${named}`;
    return isExecutable(named) ? { path: named, source } : { source: `${source}, which is no program` };
  }
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const name of names) {
    const found = folders.map((folder) => path.join(folder, name)).find(isExecutable);
    if (found) return { path: found, source: found };
  }
  const found = elsewhere.find(isExecutable);
  return found ? { path: found, source: found } : { source: `none of ${names.join(', ')} is on the PATH` };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
