import { errorCheck } from '../../src/suites/index.ts';

/** Verifies that a body of another type than JSON is refused with 415, in the envelope of every error. */
export default errorCheck({
  title: 'A body of the wrong type answers 415 in the error envelope',
  failureTitle: 'A body of the wrong type does not answer 415 in the error envelope',
  why: 'A service that guesses the type of a body can be made to guess wrong.',
  statuses: [415],
  request: {
    path: '/api/v1/preferences',
    method: 'PUT',
    headers: { 'content-type': 'application/x-unknown' },
    body: 'preferences',
  },
});
