import { pause } from '../base/await-until.ts';
import { knownSecrets } from '../base/known-secrets.ts';
import { requestName } from '../check/page-lines.ts';
import { type BrowserVisit, ProbeError } from '../check/probes.ts';
import { Chromium } from './browser/chromium.ts';
import { findChromium, installChromium } from './browser/find-chromium.ts';
import { epochMs } from './browser/orders.ts';
import { sharedVisit } from './browser/shared-visits.ts';
import { budgetOf } from './budget.ts';
import type { ClosableProbe, ProbeContext } from './context.ts';

/** A visit that is left has this long to say what it has seen: less than a check that is over has to return its evidence. */
const lastSeenWithinMs = 300;

type Visit = Parameters<ClosableProbe<'browser'>['visit']>[0];

/** Visits pages with the Chromium of the system: one browser for the run, one fresh context for each visit. */
export function createBrowserProbe(context: ProbeContext): ClosableProbe<'browser'> {
  const found = findChromium(context.browser?.path);
  const startedMs = performance.now();
  return {
    async available() {
      return found.path
        ? { available: true, browser: found.path }
        : { available: false, browser: found.source, enable: installChromium };
    },
    async visit(visit) {
      const { path } = found;
      if (!path) throw new ProbeError('NO_BROWSER', `no browser: ${found.source}`);
      const { screenshot, ...what } = visit;
      const key = JSON.stringify([what, screenshot !== undefined]);
      const look = () => ownVisit(context, chromiumOf(context, path), visit);
      const { visits, attempt = 1 } = context;
      const seen = visits ? sharedVisit(visits, { key, attempt, startedMs }, look) : look();
      return withHindrance(seen, context);
    },
  };
}

/** Starts the browser, where there is one, for checks that will soon want it. */
export function warmUpBrowser(context: Pick<ProbeContext, 'browser' | 'readOnly' | 'shared'>): void {
  const { path } = findChromium(context.browser?.path);
  if (path) chromiumOf(context, path).start();
}

/** What was blocked may be why a check fails: the engine has to know. */
async function withHindrance(seen: Promise<BrowserVisit>, { hinder }: ProbeContext): Promise<BrowserVisit> {
  try {
    const visit = await seen;
    const blocked = visit.requests.find((request) => request.blocked);
    if (blocked) hinder?.(requestName(blocked));
    return visit;
  } catch (error) {
    const blocked = error instanceof ProbeError ? error.details.blocked?.split('\n', 1)[0] : undefined;
    if (blocked) hinder?.(blocked);
    throw error;
  }
}

function chromiumOf(
  { shared, readOnly = false }: Pick<ProbeContext, 'readOnly' | 'shared'>,
  path: string,
): Chromium {
  return shared.get(
    `chromium ${path} ${readOnly}`,
    () => new Chromium(path, { readOnly }),
    (chromium) => chromium.end(),
  );
}

async function ownVisit(
  context: ProbeContext,
  chromium: Chromium,
  { screenshot, ...what }: Visit,
): Promise<BrowserVisit> {
  const budget = budgetOf(context, () => `the visit of ${what.url} did not end`);
  const leave = new AbortController();
  let unwatch = () => {};
  let isLate = false;
  const late = new Promise<never>((_resolve, reject) => {
    unwatch = budget.watch((error) => {
      isLate = true;
      reject(error);
    });
  });
  late.catch(() => {});
  try {
    const screenshotPath =
      screenshot &&
      (await context.artifacts
        .path(screenshot.endsWith('.png') ? screenshot : `${screenshot}.png`)
        // A picture is not worth failing for.
        .catch(() => undefined));
    const order = {
      ...what,
      ...(screenshotPath ? { screenshotPath } : {}),
      endsAtMs: epochMs() + budget.ms,
      secrets: knownSecrets.known(),
    };
    const seen = chromium.visit(order, leave.signal);
    try {
      return await Promise.race([seen, late]);
    } catch (error) {
      leave.abort();
      if (!isLate) throw error;
      throw await withLastSeen(error as ProbeError, seen);
    }
  } finally {
    unwatch();
    leave.abort();
  }
}

/** A visit that is left still says what it has seen by then, if at once. */
async function withLastSeen(
  { code, message }: ProbeError,
  visit: Promise<BrowserVisit>,
): Promise<ProbeError> {
  const details = visit.then(
    () => ({}),
    (error: ProbeError) => ({ ...error.details }),
  );
  const none = pause(lastSeenWithinMs).then(() => ({}));
  return new ProbeError(code, message, await Promise.race([details, none]));
}
