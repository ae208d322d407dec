import { defineCheck, option, v } from '../../src/check/index.ts';

/** Verifies that the API says, in its log, that its telemetry was started. */
export default defineCheck({
  title: 'The API logs that OpenTelemetry is initialised',
  failureTitle: 'The API does not log that OpenTelemetry is initialised',
  why: 'If telemetry silently fails to start, no one misses it until an incident has to be explained.',
  after: ['api/health'],
  judges: 'api',
  needs: ['logs'],
  uses: ['api'],
  tags: ['contract', 'logs', 'traces'],
  options: {
    text: option(v.string(), 'OpenTelemetry initialized', 'Text that the line must contain'),
  },
  codes: {
    'not-logged': {
      headline: 'The API does not log that OpenTelemetry is initialised',
      means: 'no line of the log reports it',
      hint: 'meatymusic logs api; is telemetry switched off (OTEL_SDK_DISABLED), or started after the logger?',
    },
    empty: {
      headline: 'The log of the API is empty',
      means: 'the log has no lines',
      hint: 'meatymusic logs api; name the log in services.api.log',
    },
  },
  sabotage: [
    { name: 'the log is empty', code: 'empty', kind: 'logs', service: 'api', change: 'drop' },
    {
      name: 'telemetry is switched off',
      code: 'not-logged',
      kind: 'environment',
      service: 'api',
      set: { OTEL_SDK_DISABLED: 'true' },
    },
  ],
  async run({ logs, options, pass, fail, skip }) {
    const access = await logs.available({ service: 'api' });
    if (!access.available) return skip('the log of the API cannot be read from here', access.enable);
    const found = await logs.find({ service: 'api', contains: options.text, limit: 3 });
    const expected = `a line with "${options.text}" in ${found.source}`;
    if (found.scanned === 0) return fail('empty', { expected, actual: 'the log has no lines' });
    const line = found.records.at(-1);
    if (!line) return fail('not-logged', { expected, actual: `none of ${found.scanned} lines has it` });
    return pass(`line ${line.number}`, { count: found.scanned, what: 'log lines' }, [
      {
        kind: 'lines',
        label: 'the line',
        source: found.source,
        lines: found.records.map(({ number, raw }) => ({ number, text: raw })),
        total: found.matched,
      },
    ]);
  },
});
