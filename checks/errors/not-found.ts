import { errorCheck } from '../../src/suites/index.ts';

/** Verifies that an unknown path answers 404, in the envelope of every error. */
export default errorCheck({
  title: 'An unknown path answers 404 in the error envelope',
  failureTitle: 'An unknown path does not answer 404 in the error envelope',
  why: "The framework's own error page is easily forgotten, and clients cannot parse it.",
  statuses: [404],
  request: { path: '/meatymusic-verify-no-such-page' },
});
