/** Loggers whose lines are distinguished; `json` and `plain` are all others. */
export const shapes = [
  'otel',
  'ecs',
  'logback',
  'bunyan',
  'pino',
  'zap',
  'slog',
  'structlog',
  'python-json-logger',
  'winston',
  'google',
  'consola',
  'serilog',
  'json',
  'logfmt',
  'plain',
] as const;

export type Shape = (typeof shapes)[number];
export type JsonShape = Exclude<Shape, 'logfmt' | 'plain'>;

/** Facts that decide the shape of a line: its fields, and the types of two of them. */
export interface ShapeFacts {
  has(field: string): boolean;
  levelIsNumber: boolean;
  levelIsUpperCase: boolean;
  timeIsNumber: boolean;
}

export function shapeOf({ has, levelIsNumber, levelIsUpperCase, timeIsNumber }: ShapeFacts): JsonShape {
  if (
    has('resourceLogs') ||
    ((has('severity_number') || has('severityNumber') || has('SeverityNumber')) &&
      (has('body') || has('Body')))
  ) {
    return 'otel';
  }
  if (has('ecs.version') || has('ecs') || (has('@timestamp') && has('log.level'))) return 'ecs';
  if (has('@mt')) return 'serilog';
  if (has('args') && has('level') && levelIsNumber) return 'consola';
  if (has('@timestamp') && (has('logger_name') || has('level_value'))) return 'logback';
  // Logback's own JsonEncoder; the other is Logstash's.
  if (has('loggerName') && has('timestamp') && has('level')) return 'logback';
  if (has('v') && has('hostname') && has('name') && has('msg') && levelIsNumber && !timeIsNumber)
    return 'bunyan';
  if (has('level') && has('time') && (levelIsNumber || (has('pid') && has('hostname')))) return 'pino';
  if (has('ts') && has('level') && has('msg')) return 'zap';
  if (has('level') && has('time') && has('msg') && (timeIsNumber || levelIsUpperCase))
    return timeIsNumber ? 'pino' : 'slog';
  // A level's word, a time in ISO 8601 and a message: pino (without pid and hostname), logrus and zerolog alike.
  if (has('level') && has('time') && (has('msg') || has('message'))) return 'json';
  if (has('event') && (has('timestamp') || has('level'))) return 'structlog';
  if (has('message') && (has('levelname') || has('asctime') || has('taskName'))) return 'python-json-logger';
  if (has('level') && has('message')) return 'winston';
  if (has('severity') && (has('message') || has('jsonPayload'))) return 'google';
  return 'json';
}
