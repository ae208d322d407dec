import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: a token of another issuer is refused, with 401. */
export default refusedTokenCheck({
  kind: 'wrong-issuer',
  title: 'A token of another issuer is refused',
  failureTitle: 'A token of another issuer is not refused',
  why: 'A key may sign for several issuers; the users of another one are not the users of this stack.',
});
