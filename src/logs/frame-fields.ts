/** Names under which a frame holds the line of a service as a text. Order is preference. */
export const payloadNames = ['log', 'MESSAGE', 'textPayload', 'line', 'Log_s'] as const;

/** Fields that distinguish the JSON of frames; each has a bit. */
export const frameFields = [
  ...payloadNames,
  'stream',
  'kubernetes',
  '__REALTIME_TIMESTAMP',
  '__CURSOR',
  '_SYSTEMD_UNIT',
  'SYSLOG_IDENTIFIER',
  'PRIORITY',
  'jsonPayload',
  'labels',
  'ingestionTime',
  'logStreamName',
  'logStream',
  'logGroup',
  '@logStream',
  '@ptr',
  'source_type',
  '@metadata',
  'agent',
  'input',
  'sourcetype',
  '_container_id',
  'deploymentId',
  'ddsource',
  'resourceLogs',
  'scopeLogs',
  'logEvents',
  'record',
] as const;

export type FrameField = (typeof frameFields)[number];
