import { defineCheck, option, serviceUrl, v } from '../../src/check/index.ts';
import {
  findShownProblem,
  headingsOf,
  isAborted,
  requestLine,
  shownCodes,
  visitPage,
} from '../../src/suites/index.ts';

/** Verifies that the pages work in a real browser: they load and show something, without an uncaught error or a failed request. */
export default defineCheck({
  title: 'The pages work in a real browser, without an error',
  failureTitle: 'A page does not work in a real browser',
  why: 'A page can answer 200 and stay blank: only the visitor sees an error in the browser.',
  after: ['web/home', 'web/dashboard'],
  judges: 'web',
  needs: ['browser'],
  uses: ['web'],
  tags: ['contract', 'web', 'browser'],
  timeoutMs: 45_000,
  options: {
    paths: option(v.pipe(v.array(v.string()), v.minLength(1)), ['/', '/dashboard'], 'Pages that are visited'),
    ignore: option(
      v.array(v.string()),
      [],
      'Parts of addresses and messages that are not failures: an analytics host, a known warning',
    ),
    allowBlank: option(
      v.boolean(),
      false,
      'Whether a page without text is accepted, such as one with only pictures',
    ),
  },
  codes: {
    'not-loaded': {
      headline: 'A page does not load in a real browser',
      means: 'the browser could not load the page',
      hint: 'meatymusic logs web --since 5m',
    },
    'page-error': {
      headline: 'A page throws an error that nothing catches',
      means: 'the page threw an error that nothing caught',
      hint: 'open the page with the developer tools; the console is among the evidence',
    },
    'failed-request': {
      headline: 'A request of a page fails',
      means: 'a request of the page failed',
      hint: 'an address of another origin: is the web app among CORS_ORIGINS of the API? else: meatymusic logs api',
    },
    'failed-socket': {
      headline: 'A WebSocket of a page cannot connect',
      means: 'a WebSocket of the page was refused before it was open',
      hint: 'does the server answer the upgrade (101), and every proxy on the way pass it on? meatymusic logs web --since 5m',
    },
    ...shownCodes,
    blank: {
      ...shownCodes.blank,
      hint: 'the console and the picture of the page are among the evidence: does its script render? a page of pictures alone: the option allowBlank',
    },
  },
  sabotage: [
    {
      name: 'the script throws',
      code: 'page-error',
      kind: 'http',
      service: 'web',
      change: { path: '/assets/client', body: 'throw new Error("sabotage")' },
    },
    {
      name: 'the page calls an API that is not there',
      code: 'failed-request',
      kind: 'environment',
      service: 'web',
      set: { NEXT_PUBLIC_API_URL: 'http://127.0.0.1:9' },
    },
    {
      name: 'a WebSocket that nothing accepts',
      code: 'failed-socket',
      kind: 'http',
      service: 'web',
      change: {
        path: '/assets/client',
        body: 'new WebSocket(location.origin.replace("http", "ws") + "/sabotage")',
      },
    },
    {
      name: 'the script clears the page',
      code: 'blank',
      kind: 'http',
      service: 'web',
      change: { path: '/assets/client', body: 'document.body.replaceChildren()' },
    },
    {
      name: 'the script shows its "not found" page',
      code: 'not-found-page',
      kind: 'http',
      service: 'web',
      change: { path: '/assets/client', body: 'document.body.textContent = "404 Not Found"' },
    },
    {
      name: 'the script shows an error page',
      code: 'error-page',
      kind: 'http',
      service: 'web',
      change: { path: '/assets/client', body: 'document.body.textContent = "Something went wrong"' },
    },
    {
      name: 'the page is never complete',
      code: 'not-loaded',
      kind: 'options',
      set: { paths: ['https://nothing.invalid/'] },
    },
  ],
  async run({ browser, stack, options, pass, fail, skip }) {
    const ignored = (text: string) => options.ignore.some((part) => text.includes(part));
    const evidence = [];
    let requests = 0;
    for (const path of options.paths) {
      const url = serviceUrl(stack.services.web, path);
      const expected = `${url} shows its content, without uncaught errors and failed requests`;
      const seen = await visitPage(browser, { url, screenshot: `browser/no-errors${pictureName(path)}` });
      evidence.push(...seen.evidence);
      if (seen.unavailable) return skip(seen.unavailable.reason, seen.unavailable.enable);
      if (!seen.visit) return fail('not-loaded', { expected, actual: seen.failure?.message ?? '', evidence });
      const { status, pageErrors } = seen.visit;
      if (status >= 400) return fail('not-loaded', { expected, actual: `it answers ${status}`, evidence });
      const errors = pageErrors.filter((text) => !ignored(text));
      if (errors[0]) {
        const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
        return fail('page-error', { expected, actual: `uncaught: ${errors[0]}${more}`, evidence });
      }
      const failed = seen.visit.requests.find(
        (request) => isFailure(request) && !ignored(requestLine(request)),
      );
      if (failed) {
        const code = failed.resourceType === 'websocket' ? 'failed-socket' : 'failed-request';
        return fail(code, { expected, actual: requestLine(failed), evidence });
      }
      const shown = findShownProblem({ ...seen.visit, headings: headingsOf(seen.visit.html) }, options);
      if (shown && !ignored(shown.actual))
        return fail(shown.code, { expected, actual: shown.actual, evidence });
      requests += seen.visit.requests.length;
    }
    return pass(
      `${options.paths.length} pages, ${requests} requests, no error`,
      [
        { count: options.paths.length, what: 'pages' },
        { count: requests, what: 'requests' },
      ],
      evidence,
    );
  },
});

/** Excludes requests that the page itself aborts and those that the run blocked. */
function isFailure(request: Parameters<typeof isAborted>[0]): boolean {
  if (request.blocked) return false;
  return request.failure ? !isAborted(request) : (request.status ?? 0) >= 400;
}

function pictureName(path: string): string {
  return `-${path.replace(/\W+/g, '-').replace(/^-|-$/g, '') || 'home'}`;
}
