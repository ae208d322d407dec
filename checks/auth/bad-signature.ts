import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: a token with a bad signature is refused, with 401. */
export default refusedTokenCheck({
  kind: 'bad-signature',
  title: 'A token with a bad signature is refused',
  failureTitle: 'A token with a bad signature is not refused',
  why: 'Anyone could forge a token.',
});
