/** The Chromium of this machine, for `describe.skipIf(...)`: why browser tests cannot run here. */
import { findChromium } from '../probes/browser/find-chromium.ts';

const found = findChromium(undefined);

export const chromiumPath: string | undefined = found.path;

export const chromiumMissing: string | undefined = found.path
  ? undefined
  : 'needs Chromium (apt-get install chromium-headless-shell, or CHROMIUM_PATH)';
