import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { excerpt } from '../../base/safe-text.ts';
import { ProbeError } from '../../check/probes.ts';
import { Connection } from './connection.ts';

const disabledFeatures = [
  // These draw the drop-downs of an address bar that is not shown: half of the processor time that a page takes.
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  // These send requests of the browser's own.
  'AimEnabled',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PreconnectToSearch',
  // These change what a page sends: addresses become https, a blocked request is sent again.
  'AvoidCorsURLLoaderRestartOnRedirect',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'ThirdPartyStoragePartitioning',
  // These delay a page or the end of the browser, or fail on some systems.
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'LensOverlay',
  'PaintHolding',
  'TcpPortRandomizationWin',
];

const args = [
  '--headless',
  '--remote-debugging-pipe',
  '--no-startup-window',
  // Chromium takes the last one alone.
  `--disable-features=${disabledFeatures.join(',')}`,
  '--enable-features=CDPScreenshotNewSurface,SkipListAccountsWithoutGaiaCookies',
  '--allow-pre-commit-input',
  '--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4',
  '--disable-back-forward-cache',
  '--disable-background-networking',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-breakpad',
  '--disable-component-extensions-with-background-pages',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-edgeupdater',
  '--disable-extensions',
  '--disable-field-trial-config',
  '--disable-hang-monitor',
  '--disable-infobars',
  '--disable-ipc-flooding-protection',
  '--disable-popup-blocking',
  '--disable-prompt-on-repost',
  '--disable-quic',
  '--disable-renderer-backgrounding',
  '--disable-search-engine-choice-screen',
  '--disable-stack-profiler',
  '--disable-sync',
  '--disable-updater-scheduler',
  '--do-not-de-elevate',
  '--edge-skip-compat-layer-relaunch',
  '--enable-unsafe-swiftshader',
  '--force-color-profile=srgb',
  '--hide-scrollbars',
  '--metrics-recording-only',
  '--mute-audio',
  '--no-default-browser-check',
  '--no-first-run',
  '--no-pings',
  '--no-service-autorun',
  '--password-store=basic',
  '--unsafely-disable-devtools-self-xss-warnings',
  '--use-mock-keychain',
];
const startWithinMs = 30_000;
const maxErrorText = 64 * 1024;

export interface LaunchOptions {
  executablePath: string;
  /** For the profile and all temporary files. */
  folder: string;
  onStarted(pid: number): void;
}

/**
 * Starts Chromium in a process group of its own. It exits when its pipe is closed. Resolves once it answers; rejects with
 * a `ProbeError`.
 */
export async function launchChromium({
  executablePath,
  folder,
  onStarted,
}: LaunchOptions): Promise<Connection> {
  const chromium = spawn(
    executablePath,
    [
      ...args,
      // As root Chromium cannot sandbox itself, and refuses to start if it should.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--user-data-dir=${path.join(folder, 'profile')}`,
    ],
    {
      detached: process.platform !== 'win32',
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    },
  );
  if (chromium.pid !== undefined) onStarted(chromium.pid);
  let errors = '';
  chromium.stderr?.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk}`.slice(-maxErrorText);
  });
  const failure = new Promise<never>((_resolve, reject) => {
    const fail = (reason: string) =>
      reject(
        new ProbeError(
          'BROWSER_FAILED',
          `${executablePath} did not start: ${excerpt(errorLine(errors) ?? reason, 300)}`,
        ),
      );
    chromium.once('error', (error) => fail(error.message));
    chromium.once('close', (code, signal) =>
      fail(signal ? `it was ended by ${signal}` : `it exited with code ${code}`),
    );
    setTimeout(fail, startWithinMs, `it did not answer within ${startWithinMs / 1000} s`).unref();
  });
  failure.catch(() => {});
  const [, , , output, input] = chromium.stdio as unknown as [null, null, Readable, Writable, Readable];
  const connection = new Connection(output, input);
  // Answered once the network service runs: a page that Chromium 131 opens before hangs for ever.
  const ready = connection.root.send('Storage.getCookies');
  // The process that ends says more than its pipe.
  await Promise.race([ready.catch(() => failure), failure]);
  return connection;
}

function errorLine(errors: string): string | undefined {
  const lines = errors.split('\n').map((line) => line.trim());
  return lines.find((line) => /error|sandbox|cannot|failed/i.test(line)) ?? lines.find((line) => line !== '');
}
