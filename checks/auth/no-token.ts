import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: a request without a token is refused, with 401. */
export default refusedTokenCheck({
  kind: 'none',
  title: 'A request without a token is refused',
  failureTitle: 'A request without a token is accepted',
  why: 'An endpoint for the users of a tenant must not be public.',
});
