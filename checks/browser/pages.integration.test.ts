/** The web and browser checks on pages of each of these kinds, with the true verdicts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSharedResources } from '../../src/base/shared-resources.ts';
import type { CheckDefinition } from '../../src/check/define-check.ts';
import { exampleStack, withServices } from '../../src/check/stack.ts';
import type { SharedVisits } from '../../src/probes/browser/shared-visits.ts';
import { chromiumMissing } from '../../src/testing/chromium.ts';
import { runCheck } from '../../src/testing/run-check.ts';
import { type PageCase, type PageCheck, usualVerdicts } from '../../src/testing/web-pages/page-case.ts';
import { runningPages } from '../../src/testing/web-pages/running-pages.ts';
import { type ServedPages, servePages } from '../../src/testing/web-pages/serve-pages.ts';
import { shownPages } from '../../src/testing/web-pages/shown-pages.ts';
import home from '../web/home.ts';
import calls from './calls-carry-traceparent.ts';
import noErrors from './no-errors.ts';
import telemetry from './telemetry-initialised.ts';

const checks = { web: home, errors: noErrors, telemetry, calls } as unknown as Record<
  PageCheck,
  CheckDefinition
>;
const cases: PageCase[] = [
  ...shownPages,
  ...runningPages,
  { name: 'Vite: rendered by the client, with a WebSocket', html: { path: '/vite/' } },
  {
    name: 'Vite: a path that the router does not know',
    html: { path: '/vite/nowhere' },
    verdicts: { web: 'not-found-page', errors: 'not-found-page' },
  },
];

describe.skipIf(chromiumMissing)(`the checks of pages ${chromiumMissing ?? ''}`, () => {
  const shared = createSharedResources();
  let served: ServedPages;
  beforeAll(async () => {
    served = await servePages(cases);
  });
  afterAll(async () => {
    await shared.close();
    await served?.close();
  });

  it.each(cases)('$name', async (each) => {
    const { appName = 'MeatyMusic', options = {}, verdicts = {} } = each;
    const stack = withServices(exampleStack, {
      api: { url: served.api },
      web: { url: served.web, appName },
    });
    const path = served.pathOf(each);
    const visits: SharedVisits = new Map();
    const found: Partial<Record<PageCheck, string>> = {};
    for (const [name, check] of Object.entries(checks) as [PageCheck, CheckDefinition][]) {
      const where = name === 'errors' ? { paths: [path] } : { path };
      const verdict = await runCheck(check, {
        stack,
        shared,
        options: { ...where, ...options[name] },
        over: { visits },
      });
      found[name] = verdict.status === 'fail' ? verdict.code : verdict.status;
    }
    expect(found).toEqual({ ...usualVerdicts, ...verdicts });
  });
});
