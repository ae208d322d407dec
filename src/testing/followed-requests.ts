import type { FollowedRequest } from '../suites/follow-request.ts';
import { response } from './responses.ts';
import { sent } from './trace-records.ts';

/** Findings for a followed request; default: none, and both the log and the spans can be read. */
export interface Found {
  sent?: FollowedRequest['sent'];
  log?: Partial<FollowedRequest['log']>;
  spans?: Partial<FollowedRequest['spans']>;
  headers?: Record<string, string>;
  answered?: boolean;
}

export function followed({ headers = {}, answered = true, ...found }: Found = {}): FollowedRequest {
  const nothing = { available: true, source: 'api.log', scanned: 40 };
  return {
    sent: found.sent ?? sent,
    exchange: {
      ...(answered ? { response: response(200, '', headers) } : {}),
      actual: '',
      evidence: { kind: 'fact', label: 'request', value: '' },
    },
    log: { ...nothing, records: [], linesWithoutTrace: [], ...found.log },
    spans: { ...nothing, spans: [], inOtherTraces: [], recent: [], ...found.spans },
    evidence: [],
  };
}
