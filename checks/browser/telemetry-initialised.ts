import { defineCheck, option, serviceUrl, v } from '../../src/check/index.ts';
import { visitPage } from '../../src/suites/index.ts';

/** Verifies that the page says on its console that telemetry is running: the one sign of it that a browser gives by itself. */
export default defineCheck({
  title: 'The browser console shows that telemetry is initialised',
  failureTitle: 'The browser console does not show that telemetry is initialised',
  why: 'Tracing that silently did not start is noticed only when a trace is needed.',
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
      '(telemetry|tracing).*(initiali[sz]ed|started|enabled|ready)|initiali[sz]ed.*(telemetry|tracing)',
      'Regular expression for the line, without regard to case',
    ),
  },
  codes: {
    'not-loaded': { means: 'the browser could not load the page', hint: 'meatymusic logs web --since 5m' },
    'not-initialised': {
      means: 'no line of the console says so',
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
    const line = visit.console.find(({ text }) => pattern.test(text));
    if (!line) {
      const actual =
        visit.console.length === 0 ? 'the console is empty' : `none of ${visit.console.length} lines does`;
      return fail('not-initialised', { expected, actual, evidence });
    }
    return pass(line.text, { count: visit.console.length, what: 'console lines' }, evidence);
  },
});
