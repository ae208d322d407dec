import { counted, defineCheck, integer, type LogRecord, option, v } from '../../src/check/index.ts';

/**
 * Verifies that the log of the API's last start, up to where it is ready, holds no sign of a start-up or import error.
 * Errors of requests come later and are another finding.
 */
export default defineCheck({
  title: 'The API starts without start-up or import errors',
  failureTitle: 'The start of the API shows a start-up or import error',
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
    ready: option(
      v.array(v.string()),
      [
        'startup complete',
        'listening',
        'running on http',
        'running at http',
        'started server on',
        'server started',
        'server is running',
        'server running',
        'application started',
        'successfully started',
        'ready on',
        'ready in',
      ],
      'Parts of the line that ends a start, in any case; the first line of a request ends it as well',
    ),
    lines: option(integer(1), 5000, 'Number of log lines to examine'),
  },
  codes: {
    'error-in-log': {
      headline: 'The log shows an error while the API starts',
      means: 'the log of the start holds a start-up or import error',
      hint: 'meatymusic logs api',
    },
    'no-log': {
      headline: 'The log does not show the start of the API',
      means: 'the log is empty',
      hint: 'meatymusic logs api; is the right log configured?',
    },
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
    const { start, end } = lastStart(records, options.ready, options.signs);
    for (const sign of options.signs) {
      const hits = start.filter(({ raw }) => raw.includes(sign));
      if (hits.length === 0) continue;
      const lines = hits.slice(0, 5).map(({ number, raw }) => ({ number, text: raw }));
      return fail('error-in-log', {
        expected: 'a start without start-up or import errors',
        actual: `line ${lines[0]?.number} of ${source} holds "${sign}"`,
        ...(end ? {} : { hint: `meatymusic logs api; ${noEnd}` }),
        evidence: [{ kind: 'lines', label: sign, source, lines, total: hits.length }],
      });
    }
    if (scanned === 0) {
      return fail('no-log', { expected: `lines in ${log.source}`, actual: 'there is none' });
    }
    const until = end ? `up to line ${end.number}` : 'all lines: none marks the end of the start';
    return pass(`no sign of one in ${counted(start.length, 'line')} of the start, ${until}`, [
      { count: Math.max(start.length, end ? 1 : 0), what: 'lines' },
      { count: options.signs.length, what: 'signs' },
    ]);
  },
});

const noEnd =
  'no line marks the end of the start: name one in the option ready, where this error belongs to a later request';

/** Lines that only a new process writes. */
const startSigns =
  /Started (server|reloader|parent) process|^> node |Starting Nest application|Booting worker/;
const accessLine = /"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \/\S* HTTP\/\d/;

/**
 * Returns the lines of the last start, and the line that ends it: a sign of readiness, or the first request. A service
 * that is started again before it was ready is still in the same start.
 */
function lastStart(records: readonly LogRecord[], ready: readonly string[], signs: readonly string[]) {
  const words = ready.map((text) => text.toLowerCase());
  const pids = new Set<unknown>();
  let from = 0;
  let end: number | undefined;
  records.forEach((record, index) => {
    const { raw, fields } = record;
    const isNewProcess = fields?.pid !== undefined && !pids.has(fields.pid);
    pids.add(fields?.pid);
    if (end !== undefined && (isNewProcess || startSigns.test(raw))) {
      from = index;
      end = undefined;
    }
    if (end !== undefined || signs.some((sign) => raw.includes(sign))) return;
    const lower = raw.toLowerCase();
    if (isRequest(record) || words.some((word) => lower.includes(word))) end = index;
  });
  return end === undefined
    ? { start: records.slice(from), end: undefined }
    : { start: records.slice(from, end), end: records[end] };
}

function isRequest({ raw, fields = {} }: LogRecord): boolean {
  const { req, method, url, path, status, http } = fields;
  return (
    (typeof req === 'object' && req !== null) ||
    (typeof method === 'string' && (url ?? path ?? status) !== undefined) ||
    (typeof http === 'object' && http !== null) ||
    accessLine.test(raw)
  );
}
