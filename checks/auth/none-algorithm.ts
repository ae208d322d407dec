import { refusedTokenCheck } from '../../src/suites/index.ts';

/** Verifies: tokens with the algorithm none, in every spelling, are refused. */
export default refusedTokenCheck({
  kind: 'none-algorithm',
  title: 'A token without a signature is refused',
  subject: 'A token without a signature (alg none)',
  why: 'Libraries that take the algorithm from the token accept alg none from anyone.',
  hint: "name the accepted algorithms when a token is verified: jsonwebtoken.verify(token, key, { algorithms: ['RS256'] })",
});
