import { safeLine } from '../../../base/safe-text.ts';
import { described, integer, number, v } from '../../../base/schema.ts';
import { attempt, fact } from '../../../check/exchange.ts';
import type { Json } from '../../../check/json.ts';
import { onlyReads, writtenKeys } from '../../../check/redis-commands.ts';
import { defineKind } from '../kind.ts';

const scalar = v.union([v.string(), number(), v.boolean(), v.null()]);

export const postgresQueryKind = defineKind({
  name: 'postgres-query',
  about: 'A statement in a read-only transaction, and its rows',
  needs: ['postgres'],
  target: {
    query: described(v.string(), 'One statement; values as $1, $2'),
    values: described(v.optional(v.array(scalar), []), 'Values of $1, $2'),
    as: described(v.optional(v.picklist(['owner', 'application']), 'owner'), 'Whose connection or role'),
  },
  attributes: {
    'row-count': 'Number of rows',
    rows: 'The rows, as a list of maps',
    value: 'First column of the first row',
    'duration-ms': 'Milliseconds',
    error: 'SQLSTATE, where the statement fails',
  },
  uses: () => ['database'],
  title: ({ query }) => `SQL ${safeLine(query, 160)}`,
  async observe({ target: { query, values, as }, probes: { postgres } }) {
    const { value, failure } = await attempt(postgres.query({ sql: query, values: values as Json[], as }));
    if (failure) {
      return {
        attributes: { error: failure.code },
        examined: { count: 1, what: 'statement' },
        evidence: [fact('statement', query), fact('error', failure.message)],
        failure: { ...failure, isOfServer: /^[0-9A-Z]{5}$/.test(failure.code) },
      };
    }
    return {
      attributes: {
        'row-count': value.rowCount,
        rows: value.rows,
        value: value.rows[0] ? Object.values(value.rows[0])[0] : undefined,
        'duration-ms': value.durationMs,
        error: '',
      },
      examined: { count: 1, what: 'statement' },
      evidence: [
        {
          kind: 'query',
          label: 'rows',
          statement: query,
          rows: value.rows.slice(0, 20),
          rowCount: value.rowCount,
        },
      ],
    };
  },
});

export const redisCommandKind = defineKind({
  name: 'redis-command',
  about: 'A Redis command and its reply',
  needs: ['redis'],
  target: {
    command: described(
      v.union([v.string(), v.pipe(v.array(v.union([v.string(), number()])), v.minLength(1))]),
      '`GET key`, or a list where an argument has spaces',
    ),
  },
  attributes: {
    reply: 'The reply',
    'duration-ms': 'Milliseconds',
    error: "First word of the server's error",
  },
  effects: ({ command }) => {
    const { name, args } = partsOf(command);
    if (onlyReads(name, args)) return 'none';
    return writtenKeys(name, args) ? 'temporary' : 'disruptive';
  },
  uses: () => ['cache'],
  title: ({ command }) => `Redis ${safeLine(Array.isArray(command) ? command.join(' ') : command, 160)}`,
  async observe({ target: { command }, probes: { redis } }) {
    const { value, failure } = await attempt(redis.command(partsOf(command)));
    return {
      attributes: { reply: value?.reply, 'duration-ms': value?.durationMs, error: failure?.code ?? '' },
      examined: { count: 1, what: 'reply' },
      evidence: [fact('reply', value ? JSON.stringify(value.reply) : (failure?.message ?? ''))],
      ...(failure ? { failure: { ...failure, isOfServer: isErrorOfRedis(failure.code) } } : {}),
    };
  },
});

function partsOf(command: string | (string | number)[]): { name: string; args: string[] } {
  const [name = '', ...args] = Array.isArray(command) ? command.map(String) : command.trim().split(/\s+/);
  return { name, args };
}

const mostLines = 1000;

export const logsKind = defineKind({
  name: 'logs',
  about: "A service's log",
  needs: ['logs'],
  target: {
    service: described(v.optional(v.picklist(['api', 'web', 'database', 'cache']), 'api'), 'Whose log'),
    contains: described(
      v.optional(v.string()),
      'Only lines with this text; without it the whole log is summed up',
    ),
    'trace-id': described(v.optional(v.string()), 'Only lines of this trace'),
    'within-ms': described(v.optional(integer(0), 0), 'How long to wait for a first line'),
  },
  attributes: {
    matched: 'Number of lines that match',
    text: 'The matching lines',
    lines: 'Number of lines',
    structured: 'Number of structured lines',
    'structured-percent': 'Their share, 0 to 100',
    'with-trace-id': 'Number of lines with a trace ID',
    shape: '`pino`, `structlog`, `plain` …',
  },
  uses: ({ service }) => [service],
  title: ({ service, contains }) => `log of ${service}${contains ? `: ${contains}` : ''}`,
  async observe({ target, probes: { logs }, expected }) {
    const { service, contains, 'trace-id': traceId, 'within-ms': withinMs } = target;
    const can = await logs.available({ service });
    if (!can.available) {
      const reason = `the log of ${service} cannot be read from here`;
      return {
        attributes: {},
        examined: { count: 0, what: 'lines' },
        evidence: [],
        skip: { reason, enable: can.enable },
      };
    }
    if (contains === undefined && traceId === undefined) {
      const { value, failure } = await attempt(logs.summarize({ service }));
      return {
        attributes: value
          ? {
              lines: value.lines,
              structured: value.structured,
              'structured-percent': value.lines === 0 ? 0 : (100 * value.structured) / value.lines,
              'with-trace-id': value.withTraceId,
              shape: value.shape,
            }
          : {},
        examined: { count: value?.lines ?? 0, what: 'lines' },
        evidence: [fact('log', value ? `${value.lines} lines of ${value.source}` : (failure?.message ?? ''))],
        ...(failure ? { failure } : {}),
      };
    }
    const query = {
      service,
      withinMs,
      limit: mostLines,
      ...(contains ? { contains } : {}),
      ...(traceId ? { traceId } : {}),
    };
    const { value, failure } = await attempt(logs.find(query));
    const lines = (value?.records ?? []).map(({ number, raw }) => ({ number, text: raw }));
    // What was left out could be what must not be there.
    const isCut = (value?.matched ?? 0) > lines.length;
    const tooMany = {
      code: 'TOO_MANY',
      message: `${value?.matched} lines match, and ${mostLines} can be looked at`,
    };
    return {
      attributes: value
        ? { matched: value.matched, ...(isCut ? {} : { text: lines.map(({ text }) => text) }) }
        : {},
      examined: { count: value?.scanned ?? 0, what: 'lines' },
      evidence: [
        {
          kind: 'lines',
          label: contains ?? 'trace',
          source: value?.source ?? service,
          lines: lines.slice(0, 20),
          total: value?.matched ?? 0,
        },
      ],
      ...(failure ? { failure } : {}),
      ...(isCut && expected.has('text') ? { failure: tooMany } : {}),
    };
  },
});

/** Codes of the probe for a server that did not answer; the others are the first words of errors of Redis. */
const withoutAnswer = /^(?:TIMEOUT|PROTOCOL|CLOSED|TLS|NO_TLS|ADDRESS|E[A-Z]{3,}|EAI_\w+)$/;

function isErrorOfRedis(code: string): boolean {
  return !withoutAnswer.test(code);
}
