import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: an expired token is refused, with 401. */
export default refusedTokenCheck({
  kind: 'expired',
  title: 'An expired token is refused',
  failureTitle: 'An expired token is not refused',
  why: 'A stolen token would be valid for ever.',
});
