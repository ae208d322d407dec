import { type FrameField, frameFields, payloadNames } from './frame-fields.ts';
import type { FrameName } from './frames.ts';

/** A frame of JSON: where the line of the service is in it, and which fields it is recognized by. */
interface JsonFrame {
  name: FrameName;
  /** `payload`: under one of `payloadNames`. `message`: under a name of a message. */
  holds: 'payload' | 'message';
  all?: readonly FrameField[];
  any?: readonly FrameField[];
}

/** The first that fits is the frame. */
const jsonFrames: readonly JsonFrame[] = [
  { name: 'fluent-bit', holds: 'payload', all: ['log', 'kubernetes'] },
  { name: 'docker', holds: 'payload', all: ['log', 'stream'] },
  {
    name: 'journald',
    holds: 'payload',
    all: ['MESSAGE'],
    any: ['__REALTIME_TIMESTAMP', '__CURSOR', '_SYSTEMD_UNIT', 'SYSLOG_IDENTIFIER', 'PRIORITY'],
  },
  { name: 'gcp', holds: 'payload', all: ['textPayload'] },
  { name: 'loki', holds: 'payload', all: ['line', 'labels'] },
  { name: 'azure', holds: 'payload', all: ['Log_s'] },
  { name: 'fluent-bit', holds: 'payload', all: ['log'] },
  {
    name: 'cloudwatch',
    holds: 'message',
    any: ['ingestionTime', 'logStreamName', 'logStream', 'logGroup', '@logStream', '@ptr'],
  },
  { name: 'vector', holds: 'message', any: ['source_type'] },
  { name: 'filebeat', holds: 'message', any: ['@metadata'] },
  { name: 'filebeat', holds: 'message', all: ['agent', 'input'] },
  { name: 'fluent-bit', holds: 'message', any: ['kubernetes'] },
  { name: 'gelf', holds: 'message', any: ['_container_id'] },
  { name: 'splunk', holds: 'message', any: ['sourcetype'] },
  { name: 'vercel', holds: 'message', any: ['deploymentId'] },
  { name: 'datadog', holds: 'message', any: ['ddsource'] },
];

const rules = jsonFrames.map(({ name, holds, all = [], any = [] }) => ({
  name,
  holds,
  all: frameMaskOf(all),
  any: frameMaskOf(any),
}));

/** Frames that add a level of their own to a line which has none. */
const setsLevel: ReadonlySet<FrameName> = new Set(['gcp', 'gelf', 'docker', 'journald']);
const payloadMask = frameMaskOf(payloadNames);
export const listMask = frameMaskOf(['resourceLogs', 'scopeLogs', 'logEvents']);
export const recordBit = frameMaskOf(['record']);
export const jsonPayloadBit = frameMaskOf(['jsonPayload']);

export function frameMaskOf(fields: readonly string[]): number {
  return fields.reduce((mask, field) => mask | (1 << (frameFields as readonly string[]).indexOf(field)), 0);
}

/** Facts of a JSON object that decide whether it is a frame. */
export interface FrameFacts {
  mask: number;
  hasLevel: boolean;
  hasMessage: boolean;
}

/** Returns the frame that a JSON object is, and where the line of the service is in it. */
export function findJsonFrame({ mask, hasLevel, hasMessage }: FrameFacts) {
  // A record of a logger has a level and a message of its own.
  return rules.find(
    ({ name, holds, all, any }) =>
      (mask & all) === all &&
      (any === 0 || (mask & any) !== 0) &&
      (holds === 'message' ? hasMessage : (mask & payloadMask) !== 0 && !hasMessage) &&
      (!hasLevel || setsLevel.has(name)),
  );
}
