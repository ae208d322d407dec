import { errorCheck } from '../../src/suites/index.ts';

/** Verifies that a body of the wrong shape is refused with 422, in the envelope of every error. */
export default errorCheck({
  title: 'A body of the wrong shape answers 422 in the error envelope',
  failureTitle: 'A body of the wrong shape does not answer 422 in the error envelope',
  why: 'Invalid input that is not refused becomes a 500 or wrong data.',
  statuses: [422],
  request: {
    path: '/api/v1/compose',
    method: 'GET',
  },
});
