import { defineCheck, integer, option, v } from '../../src/check/index.ts';

/** Verifies that the API's log since its start holds no sign of a start-up or import error. */
export default defineCheck({
  title: 'The API starts without start-up or import errors',
  failureTitle: 'The log of the API shows a start-up or import error',
  why: 'A service that restarts until it works, or works without one of its modules, fails later and elsewhere.',
  judges: 'api',
  needs: ['logs'],
  uses: ['api'],
  tags: ['contract'],
  options: {
    signs: option(
      v.array(v.string()),
      [
        'Traceback (most recent call last)',
        'ImportError',
        'ModuleNotFoundError',
        'Cannot find module',
        'ERR_MODULE_NOT_FOUND',
        'EADDRINUSE',
        'Unhandled',
        'uncaught',
        'SyntaxError',
        'panic:',
      ],
      'Parts of a log line that mean a failed start (case-sensitive)',
    ),
    lines: option(integer(1), 5000, 'Lines since the start that are looked at'),
  },
  codes: {
    'error-in-log': { means: 'the log holds a start-up or import error', hint: 'meatymusic logs api' },
    'no-log': { means: 'the log is empty', hint: 'meatymusic logs api; is the right log configured?' },
  },
  sabotage: [
    { name: 'the log is gone', code: 'no-log', kind: 'logs', service: 'api', change: 'drop' },
    {
      name: 'what every start logs counts as an error',
      code: 'error-in-log',
      kind: 'options',
      set: { signs: ['OpenTelemetry initialized'] },
    },
  ],
  async run({ logs, options, pass, fail, skip }) {
    const log = await logs.available({ service: 'api' });
    if (!log.available) return skip('the log of the API cannot be read from here', log.enable);
    const { scanned, records, source } = await logs.find({ service: 'api', limit: options.lines });
    for (const sign of options.signs) {
      const hits = records.filter(({ raw }) => raw.includes(sign));
      if (hits.length === 0) continue;
      const lines = hits.slice(0, 5).map(({ number, raw }) => ({ number, text: raw }));
      return fail('error-in-log', {
        expected: 'a log without start-up or import errors',
        actual: `line ${lines[0]?.number} of ${source} holds "${sign}"`,
        evidence: [{ kind: 'lines', label: sign, source, lines, total: hits.length }],
      });
    }
    if (scanned === 0) {
      return fail('no-log', { expected: `lines in ${log.source}`, actual: 'there is none' });
    }
    return pass(`no sign of one in ${records.length} lines`, [
      { count: records.length, what: 'lines' },
      { count: options.signs.length, what: 'signs' },
    ]);
  },
});
