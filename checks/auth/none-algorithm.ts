import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: a token without a signature is refused, with 401. */
export default refusedTokenCheck({
  kind: 'none-algorithm',
  title: 'A token without a signature is refused',
  failureTitle: 'A token without a signature is not refused',
  why: 'Libraries that take the algorithm from the token accept alg none from anyone.',
});
