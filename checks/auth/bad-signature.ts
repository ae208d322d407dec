import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: tokens whose signature does not belong to header and claims are refused. */
export default refusedTokenCheck({
  kind: 'signature',
  title: 'A token with a bad signature is refused',
  subject: 'A token with a bad signature',
  why: 'Anyone could forge a token.',
  hint: 'verify the signature of every token before its claims are read: jsonwebtoken.verify, jose.jwtVerify; never decode alone',
});
