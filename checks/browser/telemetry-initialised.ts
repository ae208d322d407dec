import { defineCheck, option, serviceUrl, v } from '../../src/check/index.ts';
import { readClaim, visitPage } from '../../src/suites/index.ts';

/** Verifies that the page says on its console that telemetry is running: the one sign of it that a browser gives by itself. */
export default defineCheck({
  title: 'The browser console shows that telemetry is initialised',
  failureTitle: 'The browser console does not show that telemetry is initialised',
  why: 'If tracing silently fails to start, no one notices until a trace is needed.',
  after: ['web/dashboard'],
  judges: 'web',
  needs: ['browser'],
  uses: ['web'],
  tags: ['contract', 'web', 'browser', 'traces'],
  timeoutMs: 30_000,
  options: {
    path: option(v.string(), '/dashboard', 'Page that is visited'),
    pattern: option(
      v.string(),
      '\\b((open)?telemetry|otel|tracing|tracer)\\b.*\\b(initiali[sz]ed|started|enabled|ready)\\b|\\b(initiali[sz]ed|started|enabled)\\b.*\\b((open)?telemetry|otel|tracing|tracer)\\b',
      'Regular expression for the line, without regard to case; a line that says the contrary ("not initialized") does not count',
    ),
  },
  codes: {
    'not-loaded': {
      headline: 'The page does not load in a real browser',
      means: 'the browser could not load the page',
      hint: 'meatymusic logs web --since 5m',
    },
    'says-otherwise': {
      headline: 'The browser console says that telemetry does not run',
      means: 'the last line about it says that telemetry is off, failed or not initialised',
      hint: 'what switches it off: OTEL_SDK_DISABLED, a build-time variable, a missing endpoint? the line is the evidence',
    },
    'not-initialised': {
      means: 'no line of the console reports it',
      hint: 'start the tracer in the page’s first script, and let it say so: console.info("OpenTelemetry initialized")',
    },
  },
  sabotage: [
    {
      name: 'the SDK is switched off',
      code: 'not-initialised',
      kind: 'environment',
      service: 'web',
      set: { OTEL_SDK_DISABLED: 'true' },
    },
    {
      name: 'the script says that telemetry does not run',
      code: 'says-otherwise',
      kind: 'http',
      service: 'web',
      change: { path: '/assets/client', body: 'console.info("OpenTelemetry not initialized")' },
    },
    {
      name: 'the script is gone',
      code: 'not-initialised',
      kind: 'http',
      service: 'web',
      change: { path: '/assets/client', status: 404 },
    },
  ],
  async run({ browser, stack, options, pass, fail, skip }) {
    const url = serviceUrl(stack.services.web, options.path);
    const pattern = new RegExp(options.pattern, 'i');
    const expected = `${url} writes a line that matches /${options.pattern}/i to its console`;
    const seen = await visitPage(browser, { url, screenshot: 'browser/telemetry-initialised' });
    const { visit, evidence } = seen;
    if (seen.unavailable) return skip(seen.unavailable.reason, seen.unavailable.enable);
    if (!visit) return fail('not-loaded', { expected, actual: seen.failure?.message ?? '', evidence });
    const read = visit.console.map(({ text }) => ({ text, claim: readClaim(text, pattern) }));
    // A page may say "not initialized yet" first: the last line counts.
    const line = read.findLast(({ claim }) => claim !== undefined);
    if (!line) {
      const actual = read.length === 0 ? 'the console is empty' : `none of ${read.length} lines does`;
      return fail('not-initialised', { expected, actual, evidence });
    }
    if (line.claim === 'denies') {
      return fail('says-otherwise', { expected, actual: `the console: ${line.text}`, evidence });
    }
    return pass(line.text, { count: read.length, what: 'console lines' }, evidence);
  },
});
