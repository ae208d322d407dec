/** The names under which loggers write the same thing. Order is preference. */
export const roles = ['time', 'level', 'message', 'trace', 'span', 'service'] as const;
export type Role = (typeof roles)[number];

export const fieldNames: Record<Role, readonly string[]> = {
  time: [
    'timestamp',
    '@timestamp',
    'time',
    'ts',
    'asctime',
    'datetime',
    'date',
    'eventTime',
    'Timestamp',
    'Time',
    'timeUnixNano',
    'observedTimeUnixNano',
    'observed_timestamp',
    't',
  ],
  level: [
    'level',
    'severity',
    'levelname',
    'log.level',
    'lvl',
    'loglevel',
    'log_level',
    'severity_text',
    'severityText',
    'SeverityText',
    'levelName',
    'level_name',
    'Level',
    'severity_number',
    'severityNumber',
    'SeverityNumber',
    'levelno',
  ],
  message: ['message', 'msg', 'event', 'body', 'Body', 'Message', 'text'],
  trace: [
    'trace_id',
    'traceId',
    'trace.id',
    'otelTraceID',
    'traceID',
    'TraceId',
    'traceid',
    'otel.trace_id',
    'logging.googleapis.com/trace',
  ],
  span: [
    'span_id',
    'spanId',
    'span.id',
    'otelSpanID',
    'spanID',
    'SpanId',
    'spanid',
    'otel.span_id',
    'logging.googleapis.com/spanId',
  ],
  service: [
    'service',
    'service.name',
    'service_name',
    'serviceName',
    'otelServiceName',
    'resource.service.name',
    'app',
    'application',
    'name',
  ],
};

/** Objects in which loggers nest such fields. */
export const nests = [
  'log',
  'trace',
  'span',
  'service',
  'mdc',
  'context',
  'ctx',
  'extra',
  'fields',
  'attributes',
  'resource',
];

/** Name of a field → its role, for a scan over a line's keys. */
export const roleOfField: ReadonlyMap<string, Role> = new Map(
  roles.flatMap((role) => fieldNames[role].map((name) => [name, role] as const)),
);
