/** Draws the pictures of `docs/images/` from a saved result; needs the built command line and Chromium: `CHROMIUM=<path>`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../../', import.meta.url));
const saved = path.join(root, 'src/reporters/golden/trouble.1.json');
const images = path.join(root, 'docs/images');
const bin = path.join(root, 'bin/meatymusic.js');
const size = { width: 900, height: 760 };

const folder = mkdtempSync(path.join(tmpdir(), 'images-'));
const page = path.join(folder, 'report.html');
const terminal = path.join(folder, 'terminal.html');
const report = (...args) =>
  spawnSync(process.execPath, [bin, 'report', saved, ...args], { cwd: folder, encoding: 'utf8' });

const executablePath =
  process.env.CHROMIUM || execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  mkdirSync(images, { recursive: true });
  const { stdout } = report('--reporter', 'pretty', '--reporter', `html=${page}`);
  const text = stdout.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const colored = text
    .replace(/^( *✖.*)$/gm, '<b class="bad">$1</b>')
    .replace(/^( *✔.*)$/gm, '<b class="good">$1</b>');
  writeFileSync(
    terminal,
    `<meta charset="utf-8"><style>body{margin:0;padding:16px;background:#0d1117;color:#e6edf3;font:14px/1.35 monospace}pre{margin:0}b{font-weight:400}.bad{color:#ff7b72}.good{color:#3fb950}</style><pre>$ meatymusic verify\n${colored}</pre>`,
  );
  await draw(page, 'report-light.png', { colorScheme: 'light' });
  await draw(page, 'report-dark.png', { colorScheme: 'dark' });
  await draw(terminal, 'terminal.png', {});
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}

async function draw(file, name, options) {
  const context = await browser.newContext({ viewport: size, ...options });
  const tab = await context.newPage();
  await tab.goto(pathToFileURL(file).href);
  await tab.screenshot({ path: path.join(images, name) });
  await context.close();
}
