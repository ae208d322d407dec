import { errorCheck } from '../../src/suites/index.ts';

/** Verifies that a body over the limit is refused with 413, in the envelope of every error. */
export default errorCheck({
  title: 'A body that is too large answers 413 in the error envelope',
  failureTitle: 'A body that is too large does not answer 413 in the error envelope',
  why: 'Without a limit, one request can exhaust the memory of the service.',
  statuses: [413],
  request: { path: '/api/v1/preferences', method: 'PUT', headers: { 'content-type': 'application/json' } },
  bodyBytes: 2 * 1024 * 1024,
});
